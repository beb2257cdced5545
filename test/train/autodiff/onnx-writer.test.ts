import { describe, expect, it } from 'vitest';
import { type OnnxGraph, writeOnnx } from '../../../src/train/autodiff/onnx-writer.ts';

type Message = Map<number, (bigint | Uint8Array)[]>;

/** Fields of a protobuf message by number: whole numbers, or the bytes of everything else. */
function decode(bytes: Uint8Array): Message {
  const fields: Message = new Map();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] as number;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const wire = key & 7;
    const length = wire === 2 ? Number(varint()) : 4;
    const value = wire === 0 ? varint() : bytes.slice(at, (at += length));
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  return fields;
}

const messages = (message: Message, field: number): Message[] =>
  (message.get(field) ?? []).map((value) => decode(value as Uint8Array));
const texts = (message: Message, field: number): string[] =>
  (message.get(field) ?? []).map((value) => new TextDecoder().decode(value as Uint8Array));
const integers = (message: Message, field: number): number[] =>
  (message.get(field) ?? []).map((value) => Number(BigInt.asIntN(64, value as bigint)));

/** The raw bytes of a field. */
const raw = (message: Message | undefined, field: number): ArrayBuffer =>
  Uint8Array.from((message?.get(field)?.[0] ?? []) as Uint8Array).buffer;

const graph: OnnxGraph = {
  name: 'a graph',
  nodes: [
    {
      operator: 'Conv',
      inputs: ['x', 'w'],
      outputs: ['y'],
      attributes: { pads: [1, 0, 300, 1], group: 1 },
    },
    {
      operator: 'Odd',
      inputs: ['y', ''],
      outputs: ['z'],
      attributes: { axis: -2, epsilon: { float: 0.5 }, mode: 'nearest' },
    },
  ],
  constants: [
    { name: 'w', shape: [1, 2], data: Float32Array.of(1.5, -2) },
    { name: 'axes', shape: [3], data: BigInt64Array.of(-1n, 0n, 9007199254740993n) },
  ],
  inputs: [{ name: 'x', type: 'float32', shape: [128, 1, 28, 28] }],
  outputs: [{ name: 'z', type: 'bool', shape: [] }],
};

describe('writeOnnx', () => {
  const model = decode(writeOnnx(graph));
  const [body] = messages(model, 7) as [Message];

  it('names the format version, the operator set and the graph', () => {
    expect(integers(model, 1)).toEqual([7]);
    expect(messages(model, 8).map((set) => [texts(set, 1), integers(set, 2)])).toEqual([
      [[''], [13]],
    ]);
    expect(texts(body, 2)).toEqual(['a graph']);
  });

  it('writes nodes in order, with left-out inputs as empty names', () => {
    const nodes = messages(body, 1).map((node) => [texts(node, 4), texts(node, 1), texts(node, 2)]);

    expect(nodes).toEqual([
      [['Conv'], ['x', 'w'], ['y']],
      [['Odd'], ['y', ''], ['z']],
    ]);
  });

  it('writes every kind of attribute, negative and large numbers among them', () => {
    const [conv, odd] = messages(body, 1).map((node) => messages(node, 5)) as [
      Message[],
      Message[],
    ];

    expect(
      conv.map((a) => [texts(a, 1)[0], integers(a, 8), integers(a, 3), integers(a, 20)]),
    ).toEqual([
      ['pads', [1, 0, 300, 1], [], [7]],
      ['group', [], [1], [2]],
    ]);
    expect(integers(odd[0] as Message, 3)).toEqual([-2]);
    expect(new Float32Array(raw(odd[1], 2))[0]).toBe(0.5);
    expect(texts(odd[2] as Message, 4)).toEqual(['nearest']);
  });

  it('writes constants bit for bit', () => {
    const [w, axes] = messages(body, 5) as [Message, Message];

    expect([texts(w, 8), integers(w, 1), integers(w, 2)]).toEqual([['w'], [1, 2], [1]]);
    expect([...new Float32Array(raw(w, 9))]).toEqual([1.5, -2]);
    expect([...new BigInt64Array(raw(axes, 9))]).toEqual([-1n, 0n, 9007199254740993n]);
  });

  it('writes type and shape of inputs and outputs', () => {
    const describeValue = (value: Message): unknown => {
      const tensor = messages(messages(value, 2)[0] as Message, 1)[0] as Message;
      const shape = messages(tensor, 2).flatMap((all) =>
        messages(all, 1).flatMap((one) => integers(one, 1)),
      );
      return [texts(value, 1)[0], integers(tensor, 1)[0], shape];
    };

    expect(messages(body, 11).map(describeValue)).toEqual([['x', 1, [128, 1, 28, 28]]]);
    expect(messages(body, 12).map(describeValue)).toEqual([['z', 9, []]]);
  });
});
