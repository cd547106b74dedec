import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, StringStringEntryProtoSchema } from 'onnx-buf';
import { parseArtifact } from './inspect-artifact.js';

/**
 * The same model with this lineage in its metadata_props, ordered by key; what the file said of itself before is left out.
 *
 * @throws DomainError `invalid_artifact` when the bytes are not an ONNX model.
 */
export function withLineage(artifact: Uint8Array, lineage: Readonly<Record<string, string>>): Uint8Array {
  const model = parseArtifact(artifact);
  const keys = Object.keys(lineage).sort();
  model.metadataProps = keys.map((key) => create(StringStringEntryProtoSchema, { key, value: lineage[key]! }));
  return toBinary(ModelProtoSchema, model);
}
