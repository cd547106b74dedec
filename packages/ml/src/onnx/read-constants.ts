import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProto_DataType } from 'onnx-buf';

/**
 * The float32 constants of an artifact by name, in storage order.
 *
 * Reads what `constant` writes (raw little-endian data); constants of other types are left out.
 */
export function readConstants(artifact: Uint8Array): ReadonlyMap<string, Float32Array> {
  const { graph } = fromBinary(ModelProtoSchema, artifact);
  const constants = new Map<string, Float32Array>();
  for (const { name, dataType, rawData } of graph?.initializer ?? []) {
    if (dataType !== TensorProto_DataType.FLOAT) continue;
    const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
    constants.set(
      name,
      Float32Array.from({ length: rawData.byteLength >>> 2 }, (_, index) => view.getFloat32(index * 4, true)),
    );
  }
  return constants;
}
