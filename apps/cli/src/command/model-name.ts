import type { CommandContext } from './context.js';

/** The model named by --model, or the installation's first. */
export async function modelName({ api, options }: CommandContext): Promise<string> {
  if (options.model !== undefined) return options.model;
  const { items } = await api.get<{ items: readonly { readonly name: string }[] }>('/models');
  return items[0]!.name;
}
