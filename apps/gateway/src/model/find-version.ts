import { notFound, type Models, type ModelVersion } from '@retrain/core';

/** The version number of a path; throws `unknown_version` where the text cannot be one. */
export function versionNumber(model: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw unknownVersion(model, text);
  return Number(text);
}

/** The version of a path; rejects with `unknown_version`. */
export async function findVersion(models: Models, model: string, text: string): Promise<ModelVersion> {
  const version = await models.version(model, versionNumber(model, text));
  if (!version) throw unknownVersion(model, text);
  return version;
}

const unknownVersion = (model: string, text: string) =>
  notFound('unknown_version', `Model "${model}" has no version ${text}.`);
