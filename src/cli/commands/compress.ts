// `mars compress`: quantizes and prunes a trained network without training it further, measures what that costs, layer
// by layer if wanted, and writes the stored network.

import Table from 'cli-table3';
import { Command } from 'commander';
import type { ChipSpec } from '../../chips/index.ts';
import {
  compress as compressNetwork,
  type CompressOptions,
  measureClips,
} from '../../compress/compress.ts';
import { type CompressedNetwork, isMacroLayer } from '../../compress/compressed-network.ts';
import { type LayerVariant, layerVariants } from '../../compress/layer-sensitivity.ts';
import { formatShare } from '../../core/number-text.ts';
import { shownTexts } from '../../core/shown-text.ts';
import { countOf } from '../../core/words.ts';
import type { ImageSet } from '../../datasets/image-set.ts';
import { groupShapeOf, layerGroups } from '../../mapping/layer-groups.ts';
import { writeStoredImage } from '../../mapping/stored-image.ts';
import type { Network } from '../../network/network.ts';
import { trainedOn } from '../../pipeline/run-job.ts';
import { realNumber, wholeNumber } from '../../settings/kinds.ts';
import { imageTarget, loadCalibratedJob } from '../../settings/load-job.ts';
import type { OnnxRuntime } from '../../train/autodiff/runtime.ts';
import { borderless } from '../borderless.ts';
import { integerAccuracy, realAccuracy } from '../../train/recipes/measure-accuracy.ts';
import { importRuntimeIfThere } from '../onnx-runtime.ts';
import { datasetOfImage, nodeSources } from '../node-sources.ts';
import { addJobOptions, type JobOptions, option, usage } from '../options.ts';
import { print } from '../output.ts';
import { openProgressBar } from '../progress-bar.ts';
import { checkTargets, writeWhole } from '../write-files.ts';

interface CompressCommandOptions extends JobOptions {
  readonly images: number;
  readonly sensitivity?: boolean;
  readonly sensitivityBits?: number;
  readonly sensitivityPruned: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** The command. */
export function compressCommand(): Command {
  return addJobOptions(new Command('compress'))
    .description(
      'quantize and prune a trained network without training it, and measure what that costs (faster with onnxruntime-node)',
    )
    .addOption(
      option(
        '--images <count>',
        'test images to measure the accuracy on',
        wholeNumber(1, 1e7),
      ).default(500),
    )
    .option(
      '--sensitivity',
      'also measure the accuracy with each layer alone at fewer bits, and pruned',
    )
    .addOption(
      option(
        '--sensitivity-bits <bits>',
        'weight bits that a layer is tried with (default: two fewer, at least 2)',
        wholeNumber(2, 8),
      ),
    )
    .addOption(
      option(
        '--sensitivity-pruned <share>',
        'share of its stored groups that a layer is tried without',
        realNumber(0, 1),
      ).default(0.5),
    )
    .option('--out <file>', 'write the stored network, for mars run --network <file>')
    .option('--json', 'print the result as JSON')
    .action(run);
}

interface LayerRow {
  readonly name: string;
  readonly weights: number;
  readonly weightBits: number;
  readonly groups: number;
  readonly storedGroups: number;
  /** Accuracies with only this layer changed; null where it was not tried. */
  readonly fewerBitsAccuracy: number | null;
  readonly prunedAccuracy: number | null;
}

interface CompressResult {
  readonly version: 1;
  readonly network: string;
  readonly weightBits: number;
  readonly activationBits: number;
  readonly images: number;
  readonly realAccuracy: number;
  readonly integerAccuracy: number;
  /** What `fewerBitsAccuracy` and `prunedAccuracy` mean; null if they were not wanted. */
  readonly sensitivity: { readonly bits: number; readonly pruned: number } | null;
  readonly layers: readonly LayerRow[];
}

async function run(options: CompressCommandOptions): Promise<void> {
  if (options.out !== undefined) checkTargets([options.out]);
  const job = await loadCalibratedJob(options, nodeSources);
  if ('stored' in job)
    throw usage(`${options.network} is compressed already`, 'give a network in real arithmetic');
  const { network, calibration, chip, weightBits, activationBits, prunedGroups, groupMasks } = job;
  const test = await nodeSources.testImages(imageTarget(job), options);
  const found = await importRuntimeIfThere();
  const runtime = 'missing' in found ? undefined : found;
  const bar = openProgressBar();
  const groupShape = groupShapeOf(chip, weightBits);
  const multiplierBits = chip.requantizer.multiplierBits.value;
  const bits = { weightBits, activationBits, multiplierBits };
  const settings = { ...bits, prunedGroups, groupMasks, groupShape };
  const work = { onProgress: bar.show };
  const clips = measureClips(network, { ...settings, calibration, ...work });
  const compressOptions: CompressOptions = { ...settings, clips };
  const compressed = compressNetwork(network, compressOptions);
  const measured = {
    realAccuracy: await realAccuracy(network, test, runtime),
    integerAccuracy: await integerAccuracy(compressed, test, runtime),
  };
  const sensitivity = options.sensitivity
    ? {
        bits: options.sensitivityBits ?? Math.max(2, weightBits - 2),
        pruned: options.sensitivityPruned,
      }
    : null;
  const variants = sensitivity
    ? layerVariants(compressed, compressOptions, { groupShape, ...sensitivity })
    : [];
  const accuracies = await tryVariants(network, variants, test, runtime).finally(bar.stop);
  if (options.out !== undefined) {
    const { indexCoding = 'absolute' } = job;
    const stored = {
      network: compressed,
      indexCoding,
      dataset: datasetOfImage(trainedOn(job), options),
    };
    const image = writeStoredImage(stored, (bits) => groupShapeOf(chip, bits));
    writeWhole(options.out, image);
  }
  const result: CompressResult = {
    version: 1,
    network: network.name,
    weightBits,
    activationBits,
    images: test.images.images,
    ...measured,
    sensitivity,
    layers: layerRows(compressed, chip, accuracies),
  };
  print(options.json ? `${JSON.stringify(result, null, 2)}\n` : text(result));
}

type Tried = ReadonlyMap<string, Readonly<Partial<Record<LayerVariant['change'], number>>>>;

async function tryVariants(
  network: Network,
  variants: readonly LayerVariant[],
  test: ImageSet,
  runtime: OnnxRuntime | undefined,
): Promise<Tried> {
  const tried = new Map<string, Partial<Record<LayerVariant['change'], number>>>();
  for (const { layer, change, options } of variants) {
    const accuracy = await integerAccuracy(compressNetwork(network, options), test, runtime);
    tried.set(layer, { ...tried.get(layer), [change]: accuracy });
  }
  return tried;
}

const layerRows = (network: CompressedNetwork, chip: ChipSpec, tried: Tried): readonly LayerRow[] =>
  network.layers.filter(isMacroLayer).map((layer) => {
    const { name, weights, weightBits } = layer;
    const { kept, places } = layerGroups(layer, groupShapeOf(chip, weightBits));
    return {
      name,
      weights: weights.length,
      weightBits,
      groups: places,
      storedGroups: kept.filter((stored) => stored === 1).length,
      fewerBitsAccuracy: tried.get(name)?.bits ?? null,
      prunedAccuracy: tried.get(name)?.pruned ?? null,
    };
  });

function text(exact: CompressResult): string {
  const result = shownTexts(exact);
  const { sensitivity, layers, integerAccuracy } = result;
  const head = ['layer', 'weights', 'bits', 'groups', 'stored'];
  if (sensitivity)
    head.push(
      `at ${sensitivity.bits} bits`,
      `${formatShare(sensitivity.pruned)} of its groups pruned`,
    );
  const table = new Table({ ...borderless(head.length), head });
  const tried = (accuracy: number | null): string =>
    accuracy === null
      ? ''
      : `${formatShare(accuracy)} (${(100 * (accuracy - integerAccuracy)).toFixed(2)})`;
  for (const row of layers) {
    const cells = [
      row.name,
      String(row.weights),
      String(row.weightBits),
      String(row.groups),
      `${row.storedGroups} (${formatShare(row.storedGroups / row.groups)})`,
    ];
    if (sensitivity) cells.push(tried(row.fewerBitsAccuracy), tried(row.prunedAccuracy));
    table.push(cells);
  }
  const { network, weightBits, activationBits, images, realAccuracy } = result;
  return [
    `${network}: ${weightBits}-bit weights, ${activationBits}-bit activations`,
    `${countOf(images, 'test image')}: ${formatShare(realAccuracy)} right in real arithmetic, ${formatShare(integerAccuracy)} in integers`,
    '',
    table.toString(),
    '',
  ].join('\n');
}
