// Writes ONNX files: the few messages of onnx.proto that a graph of standard operators needs.
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (field numbers)

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

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
  const writer = new BinaryWriter();
  integerField(writer, 1, irVersion);
  textField(writer, 2, 'mars-cim');
  message(writer, 7, () => writeGraph(writer, graph));
  message(writer, 8, () => {
    textField(writer, 1, '');
    integerField(writer, 2, opset);
  });
  return writer.finish();
}

function writeGraph(writer: BinaryWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) message(writer, 1, () => writeNode(writer, node));
  textField(writer, 2, graph.name);
  for (const constant of graph.constants) message(writer, 5, () => writeTensor(writer, constant));
  for (const value of graph.inputs) message(writer, 11, () => writeValue(writer, value));
  for (const value of graph.outputs) message(writer, 12, () => writeValue(writer, value));
}

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const name of node.inputs) textField(writer, 1, name);
  for (const name of node.outputs) textField(writer, 2, name);
  textField(writer, 4, node.operator);
  for (const [name, value] of Object.entries(node.attributes))
    message(writer, 5, () => writeAttribute(writer, name, value));
}

function writeAttribute(writer: BinaryWriter, name: string, value: Attribute): void {
  const [float, integer, text, integers] = [1, 2, 3, 7]; // AttributeProto.AttributeType
  textField(writer, 1, name);
  if (typeof value === 'string') {
    textField(writer, 4, value);
    integerField(writer, 20, text);
  } else if (typeof value === 'number') {
    integerField(writer, 3, value);
    integerField(writer, 20, integer);
  } else if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    integerField(writer, 20, float);
  } else {
    for (const one of value) integerField(writer, 8, one);
    integerField(writer, 20, integers);
  }
}

/** Raw data are little-endian by the standard, as are the typed arrays of every machine that runs us. */
function writeTensor(writer: BinaryWriter, { name, shape, data }: OnnxConstant): void {
  const type: ElementType = data instanceof Float32Array ? 'float32' : 'int64';
  for (const size of shape) integerField(writer, 1, size);
  integerField(writer, 2, elementCodes[type]);
  textField(writer, 8, name);
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  writer.tag(9, WireType.LengthDelimited).bytes(raw);
}

function writeValue(writer: BinaryWriter, { name, type, shape }: OnnxValue): void {
  textField(writer, 1, name);
  message(writer, 2, () =>
    message(writer, 1, () => {
      integerField(writer, 1, elementCodes[type]);
      message(writer, 2, () => {
        for (const size of shape) message(writer, 1, () => integerField(writer, 1, size));
      });
    }),
  );
}

/** A field that is a message of its own. */
function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

const integerField = (writer: BinaryWriter, field: number, value: number): BinaryWriter =>
  writer.tag(field, WireType.Varint).int64(BigInt(value));

const textField = (writer: BinaryWriter, field: number, text: string): BinaryWriter =>
  writer.tag(field, WireType.LengthDelimited).string(text);
