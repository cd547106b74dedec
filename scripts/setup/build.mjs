import { join } from 'node:path';
import { run } from './command.mjs';
import { root } from './root.mjs';

const turbo = join(root, 'node_modules', 'turbo', 'bin', 'turbo');

/** Builds what changed since the last build. */
export function build() {
  const args = [turbo, 'run', 'build', '--output-logs=errors-only', '--no-update-notifier', '--ui=stream'];
  run('The build', process.execPath, args, { TURBO_TELEMETRY_DISABLED: '1', TURBO_PRINT_VERSION_DISABLED: '1' });
}
