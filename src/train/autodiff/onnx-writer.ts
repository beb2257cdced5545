// Writes ONNX files: the few protobuf messages of onnx.proto that a graph of standard operators needs, by hand.
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (field numbers), https://protobuf.dev/programming-guides/encoding/

/** Types of a graph's tensors that we use. */
export type ElementType = 'float32' | 'float64' | 'int64' | 'bool';

/** An attribute of a node: an integer, a list of integers, a text, or a real number marked as such. */
export type Attribute = number | readonly number[] | string | { readonly float: number };

/** One operator of the graph. */
export interface OnnxNode {
  /** Name of the operator as in the ONNX standard: `Conv`. */
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A tensor that is an input or an output of the graph. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** A constant of the graph. */
export interface OnnxConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A graph; nodes in an order in which they can run. */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** Version of the operator set of every graph that we write. */
export const opset = 13;
/** File format version that came with operator set 13. */
const irVersion = 7;
const elementCodes: Readonly<Record<ElementType, number>> = {
  float32: 1,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** The bytes of an `.onnx` file. The same graph gives the same bytes. */
export function writeOnnx(graph: OnnxGraph): Uint8Array {
  return concat([
    integerField(1, irVersion),
    textField(2, 'mars-cim'),
    bytesField(7, graphMessage(graph)),
    bytesField(8, concat([textField(1, ''), integerField(2, opset)])),
  ]);
}

function graphMessage(graph: OnnxGraph): Uint8Array {
  return concat([
    ...graph.nodes.map((node) => bytesField(1, nodeMessage(node))),
    textField(2, graph.name),
    ...graph.constants.map((constant) => bytesField(5, tensorMessage(constant))),
    ...graph.inputs.map((value) => bytesField(11, valueMessage(value))),
    ...graph.outputs.map((value) => bytesField(12, valueMessage(value))),
  ]);
}

function nodeMessage(node: OnnxNode): Uint8Array {
  return concat([
    ...node.inputs.map((name) => textField(1, name)),
    ...node.outputs.map((name) => textField(2, name)),
    textField(4, node.operator),
    ...Object.entries(node.attributes).map(([name, value]) =>
      bytesField(5, attributeMessage(name, value)),
    ),
  ]);
}

function attributeMessage(name: string, value: Attribute): Uint8Array {
  const [float, integer, text, integers] = [1, 2, 3, 7]; // AttributeProto.AttributeType
  if (typeof value === 'string')
    return concat([textField(1, name), textField(4, value), integerField(20, text)]);
  if (typeof value === 'number')
    return concat([textField(1, name), integerField(3, value), integerField(20, integer)]);
  if ('float' in value)
    return concat([textField(1, name), floatField(2, value.float), integerField(20, float)]);
  return concat([
    textField(1, name),
    ...value.map((n) => integerField(8, n)),
    integerField(20, integers),
  ]);
}

/** Raw data are little-endian by the standard, as are the typed arrays of every machine that runs us. */
function tensorMessage({ name, shape, data }: OnnxConstant): Uint8Array {
  const type: ElementType = data instanceof Float32Array ? 'float32' : 'int64';
  return concat([
    ...shape.map((size) => integerField(1, size)),
    integerField(2, elementCodes[type]),
    textField(8, name),
    bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

function valueMessage({ name, type, shape }: OnnxValue): Uint8Array {
  const dimensions = concat(shape.map((size) => bytesField(1, integerField(1, size))));
  const tensorType = concat([integerField(1, elementCodes[type]), bytesField(2, dimensions)]);
  return concat([textField(1, name), bytesField(2, bytesField(1, tensorType))]);
}

/** Field with a whole number; negative ones take the ten bytes of their 64-bit two's complement. */
function integerField(field: number, value: number): Uint8Array {
  return concat([varint(BigInt(field << 3)), varint(BigInt.asUintN(64, BigInt(value)))]);
}

function floatField(field: number, value: number): Uint8Array {
  const fixed32 = 5;
  return concat([
    varint(BigInt((field << 3) | fixed32)),
    new Uint8Array(Float32Array.of(value).buffer),
  ]);
}

const textField = (field: number, text: string): Uint8Array =>
  bytesField(field, new TextEncoder().encode(text));

function bytesField(field: number, bytes: Uint8Array): Uint8Array {
  const lengthDelimited = 2;
  return concat([
    varint(BigInt((field << 3) | lengthDelimited)),
    varint(BigInt(bytes.length)),
    bytes,
  ]);
}

/** Seven bits per byte, least significant first; the top bit says that more follow. */
function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}
