// The messages of an ONNX file that a network needs, as plain data. https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

import { CimError } from '../../../core/errors.ts';
import { kindInstead } from '../../../core/file-kind.ts';
import { type RawTensor, readRawTensor } from './tensor.ts';
import {
  addIntegers,
  addReals,
  bytesOf,
  type Field,
  integerOf,
  readFields,
  realOf,
  textOf,
  WireFault,
} from './wire.ts';

/** An attribute of a node. */
export type Attribute =
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'real'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'integers'; readonly value: readonly number[] }
  | { readonly kind: 'reals'; readonly value: readonly number[] }
  | { readonly kind: 'tensor'; readonly value: RawTensor }
  | { readonly kind: 'other' };

/** An operator of the graph. */
export interface OnnxNode {
  /** May be empty. */
  readonly name: string;
  /** Such as `Conv`. */
  readonly type: string;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  /** Names of values; empty for one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** An input or output of the graph. */
export interface OnnxValue {
  readonly name: string;
  /** ONNX's number; 0 where it is no tensor. */
  readonly type: number;
  /** Sizes; the name of one that is not fixed. Undefined where nothing is said. */
  readonly dims: readonly (number | string)[] | undefined;
}

/** A file, its weights not read yet. */
export interface OnnxModel {
  /** Who wrote it. */
  readonly producer: string;
  /** Version of the operators, by domain; ONNX's own is `''`. */
  readonly operatorSets: ReadonlyMap<string, number>;
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, RawTensor>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** More nodes than any network has. */
const mostNodes = 50_000;

/**
 * Reads the messages of an ONNX file.
 * @param where name of the file, for errors
 * @throws {CimError} (input) when it is no ONNX file, or damaged
 */
export function readModel(bytes: Uint8Array, where: string): OnnxModel {
  const fail = (what: string, todo?: string): CimError =>
    new CimError('input', { what, where, todo });
  if (bytes.length === 0) throw fail('is empty');
  try {
    const model = modelOf(bytes);
    if (model) return model;
  } catch (cause) {
    if (!(cause instanceof WireFault)) throw cause;
    throw fail(
      `is no whole ONNX file${kindInstead(bytes)}: ${cause.message}`,
      'is it cut off, or another kind of file?',
    );
  }
  throw fail(`is no ONNX file${kindInstead(bytes)}: it has no graph`);
}

function modelOf(bytes: Uint8Array): OnnxModel | undefined {
  const operatorSets = new Map<string, number>();
  const producer = ['', ''];
  let graph: Uint8Array | undefined;
  readFields(bytes, (field) => {
    if (field.number === 2 || field.number === 3) producer[field.number - 2] = textOf(field);
    if (field.number === 7) graph = bytesOf(field);
    if (field.number === 8) {
      let [domain, version] = ['', 0];
      readFields(bytesOf(field), (part) => {
        if (part.number === 1) domain = textOf(part);
        if (part.number === 2) version = integerOf(part);
      });
      operatorSets.set(domain === 'ai.onnx' ? '' : domain, version);
    }
  });
  return graph && { producer: producer.join(' ').trim(), operatorSets, ...graphOf(graph) };
}

function graphOf(bytes: Uint8Array): Omit<OnnxModel, 'producer' | 'operatorSets'> {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, RawTensor>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  let name = '';
  readFields(bytes, (field) => {
    switch (field.number) {
      case 1:
        nodes.push(nodeOf(bytesOf(field)));
        if (nodes.length > mostNodes)
          throw new WireFault(`its graph has more than ${mostNodes} nodes, more than any network`);
        return;
      case 2:
        name = textOf(field);
        return;
      case 5: {
        const tensor = readRawTensor(bytesOf(field));
        initializers.set(tensor.name, tensor);
        return;
      }
      case 11:
        inputs.push(valueOf(bytesOf(field)));
        return;
      case 12:
        outputs.push(valueOf(bytesOf(field)));
        return;
      default:
    }
  });
  return { name, nodes, initializers, inputs, outputs };
}

function nodeOf(bytes: Uint8Array): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  let [name, type, domain] = ['', '', ''];
  readFields(bytes, (field) => {
    if (field.number === 1) inputs.push(textOf(field));
    if (field.number === 2) outputs.push(textOf(field));
    if (field.number === 3) name = textOf(field);
    if (field.number === 4) type = textOf(field);
    if (field.number === 5) {
      const [key, attribute] = attributeOf(bytesOf(field));
      attributes.set(key, attribute);
    }
    if (field.number === 7) domain = textOf(field);
  });
  return { name, type, domain: domain === 'ai.onnx' ? '' : domain, inputs, outputs, attributes };
}

/** An attribute: its kind is one of ONNX's numbers. */
function attributeOf(bytes: Uint8Array): [string, Attribute] {
  const integers: number[] = [];
  const reals: number[] = [];
  let [name, text] = ['', ''];
  let [code, integer, real] = [0, 0, 0];
  let tensor: RawTensor | undefined;
  const readers: Readonly<Record<number, (field: Field) => void>> = {
    1: (field) => (name = textOf(field)),
    2: (field) => (real = realOf(field)),
    3: (field) => (integer = integerOf(field)),
    4: (field) => (text = textOf(field)),
    5: (field) => (tensor = readRawTensor(bytesOf(field))),
    7: (field) => addReals(field, reals, 4),
    8: (field) => addIntegers(field, integers),
    20: (field) => (code = integerOf(field)),
  };
  readFields(bytes, (field) => readers[field.number]?.(field));
  const other: Attribute = { kind: 'other' };
  const attributes: Readonly<Record<number, Attribute>> = {
    1: { kind: 'real', value: real },
    2: { kind: 'integer', value: integer },
    3: { kind: 'text', value: text },
    4: tensor ? { kind: 'tensor', value: tensor } : other,
    6: { kind: 'reals', value: reals },
    7: { kind: 'integers', value: integers },
  };
  // Files of the first versions do not say which kind it is.
  const listed = integers.length > 0 ? 7 : 6;
  const guess = integers.length + reals.length > 0 ? listed : text === '' ? 2 : 3;
  return [name, attributes[code === 0 ? guess : code] ?? other];
}

function valueOf(bytes: Uint8Array): OnnxValue {
  let name = '';
  let type = 0;
  let dims: (number | string)[] | undefined;
  readFields(bytes, (field) => {
    if (field.number === 1) name = textOf(field);
    if (field.number !== 2) return;
    readFields(bytesOf(field), (kind) => {
      if (kind.number !== 1) return;
      readFields(bytesOf(kind), (part) => {
        if (part.number === 1) type = integerOf(part);
        if (part.number === 2) dims = dimensionsOf(bytesOf(part));
      });
    });
  });
  return { name, type, dims };
}

function dimensionsOf(bytes: Uint8Array): (number | string)[] {
  const dims: (number | string)[] = [];
  readFields(bytes, (field) => {
    if (field.number !== 1) return;
    let size: number | string = '?';
    readFields(bytesOf(field), (part) => {
      if (part.number === 1) size = integerOf(part);
      if (part.number === 2) size = textOf(part);
    });
    dims.push(size);
  });
  return dims;
}
