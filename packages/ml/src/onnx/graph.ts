import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';

/** Versions that every written model declares. */
const IR_VERSION = 8n;
const OPSET = 17n;
/** Domain of classical machine learning; its version 5 knows no TreeEnsembleRegressor any more. */
const ML_DOMAIN = 'ai.onnx.ml';
const ML_OPSET = 3n;

/** A graph to write, in topological order. */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly NodeProto[];
  readonly constants: readonly TensorProto[];
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
  /** Goes to metadata_props, ordered by key. */
  readonly lineage: Readonly<Record<string, string>>;
}

/** The bytes of an ONNX model; equal graphs give equal bytes. */
export function writeModel(graph: OnnxGraph): Uint8Array {
  const { name, nodes, constants, inputs, outputs, lineage } = graph;
  const keys = Object.keys(lineage).sort();
  const usesMl = nodes.some(({ domain }) => domain === ML_DOMAIN);
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    opsetImport: [{ domain: '', version: OPSET }, ...(usesMl ? [{ domain: ML_DOMAIN, version: ML_OPSET }] : [])],
    producerName: 'retrain',
    graph: {
      name,
      node: [...nodes],
      initializer: [...constants],
      input: [...inputs],
      output: [...outputs],
    },
    metadataProps: keys.map((key) => ({ key, value: lineage[key]! })),
  });
  return toBinary(ModelProtoSchema, model);
}

/** One operator of the default domain; whole-number attributes only. */
export function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number>> = {},
): NodeProto {
  return create(NodeProtoSchema, {
    opType: operator,
    name: output,
    input: [...inputs],
    output: [output],
    attribute: Object.entries(attributes).map(([name, value]) => ({
      name,
      type: AttributeProto_AttributeType.INT,
      i: BigInt(value),
    })),
  });
}

/** A list attribute of an operator. */
export type ListAttribute =
  | { readonly ints: ArrayLike<number> }
  | { readonly floats: ArrayLike<number> }
  | { readonly strings: readonly string[] };

/** One operator of `ai.onnx.ml`; attributes are lists, whole numbers or texts. */
export function mlNode(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number | string | ListAttribute>>,
): NodeProto {
  return create(NodeProtoSchema, {
    opType: operator,
    domain: ML_DOMAIN,
    name: output,
    input: [...inputs],
    output: [output],
    attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...attributeOf(value) })),
  });
}

function attributeOf(value: number | string | ListAttribute) {
  const bytes = (text: string) => new TextEncoder().encode(text);
  if (typeof value === 'number') return { type: AttributeProto_AttributeType.INT, i: BigInt(value) };
  if (typeof value === 'string') return { type: AttributeProto_AttributeType.STRING, s: bytes(value) };
  if ('ints' in value) return { type: AttributeProto_AttributeType.INTS, ints: Array.from(value.ints, BigInt) };
  if ('floats' in value) return { type: AttributeProto_AttributeType.FLOATS, floats: Array.from(value.floats) };
  return { type: AttributeProto_AttributeType.STRINGS, strings: value.strings.map(bytes) };
}

/** A float32 constant. */
export function constant(name: string, shape: readonly number[], values: ArrayLike<number>): TensorProto {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < values.length; index++) view.setFloat32(index * 4, values[index]!, true);
  return create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType: TensorProto_DataType.FLOAT,
    rawData: bytes,
  });
}

/** An int64 constant of one dimension. */
export function indices(name: string, values: readonly number[]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: [BigInt(values.length)],
    dataType: TensorProto_DataType.INT64,
    int64Data: values.map(BigInt),
  });
}

const ELEMENT_TYPES = {
  float: TensorProto_DataType.FLOAT,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
};

/** A tensor that goes in or out; a dimension that is a string varies from call to call. */
export function tensorInfo(
  name: string,
  type: keyof typeof ELEMENT_TYPES,
  shape: readonly (number | string)[],
): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: ELEMENT_TYPES[type],
          shape: {
            dim: shape.map((size) => ({
              value:
                typeof size === 'string'
                  ? { case: 'dimParam' as const, value: size }
                  : { case: 'dimValue' as const, value: BigInt(size) },
            })),
          },
        },
      },
    },
  });
}
