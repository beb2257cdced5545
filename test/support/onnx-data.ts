// ONNX files that others made, which are not part of the repository: MARS_ONNX_DATA names their folder, or they lie in
// `onnx` of MARS_DATA.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Constant, readTensorProto } from '../../src/network/io/onnx/tensor.ts';

const data = process.env['MARS_DATA'];
const named =
  process.env['MARS_ONNX_DATA'] ?? (data === undefined ? undefined : join(data, 'onnx'));

/** The folder; undefined where it is not there. */
export const onnxData: string | undefined =
  named !== undefined && existsSync(join(named, 'node')) ? named : undefined;

/** Why tests are skipped without it. */
export const noOnnxData = 'no ONNX files of others: set MARS_ONNX_DATA to their folder';

/** A file of the folder. */
export const onnxFile = (...path: readonly string[]): Uint8Array =>
  new Uint8Array(readFileSync(join(onnxData ?? '', ...path)));

/** A conformance test of ONNX: a model, its inputs and what must come out. */
export interface NodeTest {
  readonly name: string;
  readonly model: Uint8Array;
  readonly inputs: readonly Constant[];
  readonly outputs: readonly Constant[];
}

/** The conformance tests of a folder (`node` or `pytorch`), by name. */
export function nodeTests(folder: string): readonly NodeTest[] {
  if (onnxData === undefined) return [];
  return readdirSync(join(onnxData, folder))
    .filter((name) => name.startsWith('test_'))
    .toSorted()
    .map((name) => {
      const path = join(onnxData, folder, name);
      const files = existsSync(join(path, 'test_data_set_0'))
        ? join(path, 'test_data_set_0')
        : path;
      const tensors = (kind: string): readonly Constant[] =>
        readdirSync(files)
          .filter((file) => file.startsWith(`${kind}_`) && file.endsWith('.pb'))
          .toSorted((a, b) => numberOf(a) - numberOf(b))
          .map((file) => readTensorProto(new Uint8Array(readFileSync(join(files, file))), file));
      const model = new Uint8Array(readFileSync(join(path, 'model.onnx')));
      return { name, model, inputs: tensors('input'), outputs: tensors('output') };
    });
}

const numberOf = (file: string): number => Number(/\d+/.exec(file)?.[0]);
