import { DomainError, type ScorerExpectation } from '@retrain/core';
import { fromBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import { ALLOWED_OPERATORS, IR_VERSIONS, OPERATOR_SETS } from './operators.js';

/** The refusal of an artifact, one sentence fragment per reason. */
export function invalidArtifact(reasons: readonly string[]): DomainError {
  const issues = reasons.map((message) => ({ path: '', message }));
  return new DomainError('invalid', 'invalid_artifact', `The model file is refused: ${reasons.join('; ')}.`, issues);
}

/**
 * Who made an artifact, from what and how: its metadata_props.
 *
 * @throws DomainError `invalid_artifact` when the bytes are not an ONNX model.
 */
export function readLineage(artifact: Uint8Array): Record<string, string> {
  const model = parseArtifact(artifact);
  return Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value]));
}

/**
 * Refuses an artifact that must not even be loaded.
 *
 * It must be an ONNX model of known versions, made of allowed operators, that carries all its numbers itself, and that
 * maps `features` f32[N, inputs] to `probabilities` f32[N, outputs] (or `value` f32[N, 1]).
 * @throws DomainError `invalid_artifact` that names every reason at once.
 */
export function inspectArtifact(artifact: Uint8Array, expectation: ScorerExpectation): void {
  const model = parseArtifact(artifact);
  const graph = model.graph!;
  const reasons = [
    ...versionProblems(model),
    ...contentProblems(model, graph),
    ...inputProblems(graph, expectation),
    ...outputProblems(graph, expectation),
  ];
  if (reasons.length > 0) throw invalidArtifact([...new Set(reasons)]);
}

/** Name of the one output that serving reads. */
export function outputName(expectation: Pick<ScorerExpectation, 'probabilities'>): 'probabilities' | 'value' {
  return expectation.probabilities ? 'probabilities' : 'value';
}

/** The model in the bytes; throws `invalid_artifact` when there is none. */
export function parseArtifact(artifact: Uint8Array): ModelProto {
  let model: ModelProto | undefined;
  try {
    model = fromBinary(ModelProtoSchema, artifact);
  } catch {
    // Reported below like every other file that is no model.
  }
  if (!model?.graph || model.graph.node.length === 0) throw invalidArtifact(['these bytes are not an ONNX model']);
  return model;
}

function versionProblems(model: ModelProto): string[] {
  const problems: string[] = [];
  const { minimum, maximum } = IR_VERSIONS;
  if (model.irVersion < minimum || model.irVersion > maximum) {
    problems.push(`its format version (IR) is ${model.irVersion}, understood are ${minimum} to ${maximum}`);
  }
  if (model.opsetImport.length === 0) problems.push('it names no operator set');
  for (const { domain, version } of model.opsetImport) {
    const known = OPERATOR_SETS.get(canonical(domain));
    if (!known) problems.push(`it uses the operator domain "${domain}", allowed are the standard one and ai.onnx.ml`);
    else if (version < known.minimum || version > known.maximum) {
      const name = canonical(domain) || 'ai.onnx';
      problems.push(`its operator set ${name} is ${version}, understood are ${known.minimum} to ${known.maximum}`);
    }
  }
  return problems;
}

function contentProblems(model: ModelProto, graph: GraphProto): string[] {
  const problems: string[] = [];
  if (model.functions.length > 0) problems.push('it defines functions of its own; export it with functions inlined');
  if (model.trainingInfo.length > 0) problems.push('it carries training information; export it for inference');
  for (const tensor of graph.initializer) problems.push(...tensorProblems(tensor));
  for (const sparse of graph.sparseInitializer) {
    for (const tensor of [sparse.values, sparse.indices]) if (tensor) problems.push(...tensorProblems(tensor));
  }
  for (const node of graph.node) problems.push(...nodeProblems(node));
  return problems;
}

function nodeProblems(node: NodeProto): string[] {
  const domain = canonical(node.domain);
  const problems: string[] = [];
  if (!ALLOWED_OPERATORS.get(domain)?.has(node.opType)) {
    problems.push(`operator ${domain ? `${domain}.` : ''}${node.opType} is not allowed`);
  }
  for (const attribute of node.attribute) {
    if (attribute.g || attribute.graphs.length > 0) problems.push(`operator ${node.opType} holds a graph of its own`);
    for (const tensor of [attribute.t, ...attribute.tensors]) if (tensor) problems.push(...tensorProblems(tensor));
    const sparse = [attribute.sparseTensor, ...attribute.sparseTensors];
    if (sparse.some(Boolean)) problems.push(`operator ${node.opType} holds a sparse tensor`);
  }
  return problems;
}

function tensorProblems(tensor: TensorProto): string[] {
  const external = tensor.dataLocation === TensorProto_DataLocation.EXTERNAL || tensor.externalData.length > 0;
  return external ? [`tensor "${tensor.name}" keeps its numbers in another file; save the model as one file`] : [];
}

function inputProblems(graph: GraphProto, { inputs }: ScorerExpectation): string[] {
  const constants = new Set(graph.initializer.map((tensor) => tensor.name));
  const free = graph.input.filter((input) => !constants.has(input.name));
  const [input] = free;
  if (free.length !== 1 || input?.name !== 'features') {
    const names = free.map(({ name }) => `"${name}"`).join(', ') || 'none';
    return [`it must have exactly one input named "features", found: ${names}`];
  }
  return shapeProblems(input, 'input', inputs);
}

function outputProblems(graph: GraphProto, expectation: ScorerExpectation): string[] {
  const wanted = outputName(expectation);
  const output = graph.output.find(({ name }) => name === wanted);
  if (!output) {
    const names = graph.output.map(({ name }) => `"${name}"`).join(', ') || 'none';
    return [`it must have an output named "${wanted}", found: ${names}`];
  }
  return shapeProblems(output, 'output', expectation.outputs);
}

/** Problems of a tensor that must be float32 [any number of rows, columns]; sizes that the file leaves open are fine. */
function shapeProblems(info: ValueInfoProto, role: 'input' | 'output', columns: number): string[] {
  const what = `${role} "${info.name}"`;
  const type = info.type?.value;
  if (type?.case !== 'tensorType')
    return [`${what} is not a tensor${role === 'output' ? ' (export without ZipMap)' : ''}`];
  const { elemType, shape } = type.value;
  const problems: string[] = [];
  if (elemType !== TensorProto_DataType.FLOAT) {
    problems.push(`${what} is ${TensorProto_DataType[elemType] ?? 'of unknown type'}, must be FLOAT (float32)`);
  }
  if (!shape) return problems;
  if (shape.dim.length !== 2)
    return [...problems, `${what} has ${shape.dim.length} dimensions, must have 2: [N, ${columns}]`];
  const [rows, width] = shape.dim.map((dimension) => dimension.value);
  if (rows?.case === 'dimValue')
    problems.push(`${what} is fixed to ${rows.value} rows; leave the first dimension open`);
  if (width?.case === 'dimValue' && width.value !== BigInt(columns)) {
    problems.push(`${what} has ${width.value} columns, must have ${columns}`);
  }
  return problems;
}

function canonical(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}
