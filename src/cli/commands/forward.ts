// `mars forward`: a network in real arithmetic on tensors as ONNX has them, to compare with any framework.

import { Command, Option } from 'commander';
import { CimError } from '../../core/errors.ts';
import { type Constant, forwardOnnx, readTensorProto } from '../../network/index.ts';
import { readBytes } from '../files.ts';
import { readNpy, writeNpy } from '../npy.ts';
import { print } from '../output.ts';
import { checkTargets, writeWhole } from '../write-files.ts';
import { modelFile } from './import.ts';

interface ForwardOptions {
  readonly input: readonly string[];
  readonly output?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Values that are printed without --out. */
const shownValues = 10;

/** The command. */
export function forwardCommand(): Command {
  return new Command('forward')
    .description('compute an ONNX network in real arithmetic, on tensors as ONNX has them')
    .argument('<model>', 'ONNX file')
    .addOption(
      new Option(
        '--input <file>',
        'tensor of an input of the graph, .npy or .pb (TensorProto); again for further inputs, in the order of the graph, which become constants',
      )
        .argParser((file: string, before: readonly string[]) => [...before, file])
        .default([], 'none'),
    )
    .option('--output <name>', 'output of the graph to compute (default: the first)')
    .option('--out <file>', 'write it as .npy, float32 in C order')
    .option('--json', 'print dimensions and all values as JSON')
    .action(run);
}

function run(model: string, { input, output, out, json }: ForwardOptions): void {
  if (out !== undefined) checkTargets([out]);
  const { name, bytes } = modelFile(model);
  const result = forwardOnnx(bytes, name, input.map(readTensor), { output });
  if (out !== undefined) writeWhole(out, writeNpy(result.dims, result.data));
  const { dims, data } = result;
  if (json) {
    print(`${JSON.stringify({ version: 1, dims, values: Array.from(data) })}\n`);
    return;
  }
  const values = Array.from(data.slice(0, shownValues), (value) => value.toPrecision(7)).join(' ');
  const more = data.length > shownValues ? ` … (${data.length} values)` : '';
  print(`${dims.join('x')}: ${values}${more}\n${out === undefined ? '' : `Written: ${out}\n`}`);
}

function readTensor(path: string): Constant {
  const bytes = readBytes(path);
  if (path.endsWith('.npy')) return readNpy(bytes, path);
  if (path.endsWith('.pb')) return readTensorProto(bytes, path);
  throw new CimError('usage', {
    what: `is called neither .npy nor .pb`,
    where: path,
    todo: 'give an array of NumPy (numpy.save), or a TensorProto',
  });
}
