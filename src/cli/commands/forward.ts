// `mars forward`: a network in real arithmetic on tensors as ONNX has them, to compare with any framework.

import { Command, Option } from 'commander';
import { CimError } from '../../core/errors.ts';
import { type Constant, forwardOnnx, readTensorProto } from '../../network/index.ts';
import { readBytes } from '../files.ts';
import { readNpy, writeNpy } from '../../network/io/npy.ts';
import { print } from '../output.ts';
import { type ForwardImagesOptions, forwardImages } from '../forward-images.ts';
import { addDatasetOptions, addInputOptions, option, usage } from '../options.ts';
import { nameOf } from '../../settings/setting.ts';
import { wholeNumber } from '../../settings/kinds.ts';
import { checkTargets, writeWhole } from '../write-files.ts';
import { modelFile } from './import.ts';

interface ForwardOptions extends ForwardImagesOptions {
  readonly input: readonly string[];
  readonly output?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Values that are printed without --out. */
const shownValues = 10;

/** The command. */
export function forwardCommand(): Command {
  return addDatasetOptions(addInputOptions(new Command('forward')))
    .description(
      'compute a network in real arithmetic: an ONNX network on tensors as ONNX has them, or any network on images (--dataset)',
    )
    .argument('<model>', 'ONNX file; with --dataset, a network by name or file')
    .addOption(
      option(
        '--images <count>',
        'images of --dataset, the first ones (default: all)',
        wholeNumber(1, 1e7),
      ),
    )
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

async function run(model: string, options: ForwardOptions): Promise<void> {
  checkTogether(options);
  if (options.dataset !== undefined) await forwardImages(model, options);
  else forwardTensors(model, options);
}

/** Options of tensors and those of images exclude each other. */
function checkTogether(options: ForwardOptions): void {
  const { dataset } = options;
  const ofTensors = (['input', 'output', 'out'] as const).filter(
    (key) => (options[key] ?? '').length > 0,
  );
  const ofImages = (
    [
      'images',
      'data',
      'resize',
      'labels',
      'inputNorm',
      'inputMean',
      'inputStd',
      'inputRange',
    ] as const
  ).filter((key) => options[key] !== undefined);
  const [odd] = dataset === undefined ? ofImages.map(nameOf) : ofTensors;
  if (odd === undefined) return;
  throw usage(
    dataset === undefined
      ? `--${odd} is for images, and there is no --dataset`
      : `--${odd} cannot be given with --dataset, whose images are the input`,
    'leave one of them out',
  );
}

function forwardTensors(model: string, { input, output, out, json }: ForwardOptions): void {
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
