// `mars forward --dataset`: what a network in real arithmetic says of images, and how many it has right.

import { CimError } from '../core/errors.ts';
import { type FeatureMap, imageSlice } from '../core/feature-map.ts';
import { formatShare, formatWhole } from '../core/number-text.ts';
import { shownText } from '../core/shown-text.ts';
import { countOf } from '../core/words.ts';
import { firstImages } from '../datasets/image-set.ts';
import { type Classes, namesOf } from '../datasets/pictures/class-names.ts';
import { listPictures } from '../datasets/pictures/picture-folder.ts';
import { classesOf, readAll } from '../datasets/pictures/read-pictures.ts';
import { floatOutputs } from '../network/float-forward.ts';
import type { Network } from '../network/network.ts';
import type { InputSettings } from '../settings/input-norm.ts';
import { loadNetwork } from '../settings/load-job.ts';
import type { DatasetSettings } from '../settings/sources.ts';
import { datasetNamed, loadDataset } from './load-dataset.ts';
import { jobDataset, nodeSources, pictureOptions } from './node-sources.ts';
import { print } from './output.ts';
import { openPictureFolder } from './picture-folder.ts';
import { openProgressBar } from './progress-bar.ts';
import { useFastConvolutions } from './wasm-threads.ts';

/** What is asked for. */
export interface ForwardImagesOptions extends InputSettings, Omit<DatasetSettings, 'ownImages'> {
  /** How many, the first ones; undefined: all. */
  readonly images?: number;
  readonly json?: boolean;
}

/** Some images, with what is known of them. */
interface Portion {
  readonly images: FeatureMap;
  readonly names: readonly string[];
  readonly labels: readonly (number | undefined)[];
}

/** Images that are wanted, read as they are asked for. */
interface Wanted {
  readonly classes: Classes;
  readonly count: number;
  readonly portions: AsyncIterable<Portion>;
}

/** What came out for an image. */
interface Row {
  readonly image: string;
  /** Classes with the largest outputs, the largest first, and these. */
  readonly best: readonly (readonly [label: number, output: number])[];
  readonly label: number | null;
}

/** Images that are held at once: those of ImageNet take 2 MB. */
const portion = 16;
/** Classes that are told of an image. */
const bestCount = 5;
/** Lines that are printed without --json. */
const shownRows = 20;

/**
 * Computes a network on images of a data set, and prints what came out.
 * @throws {CimError} for a network or images that are missing or wrong
 */
export async function forwardImages(model: string, options: ForwardImagesOptions): Promise<void> {
  await useFastConvolutions();
  const network = await loadNetwork({ ...options, network: model, seed: 1 }, nodeSources);
  const wanted = await openImages(network, options);
  const bar = openProgressBar();
  const rows: Row[] = [];
  try {
    for await (const { images, names, labels } of wanted.portions) {
      const outputs = floatOutputs(network, images);
      for (const [i, image] of names.entries()) {
        const own = outputs.subarray(i * network.classes, (i + 1) * network.classes);
        rows.push({ image, best: bestOf(own), label: labels[i] ?? null });
      }
      bar.show({ stage: 'float', done: rows.length, total: wanted.count });
    }
  } finally {
    bar.stop();
  }
  print(options.json ? jsonOf(network, rows) : textOf(rows, wanted.classes));
}

function bestOf(outputs: Float32Array): Row['best'] {
  const order = Array.from(outputs, (_, label) => label).toSorted(
    (one, other) => (outputs[other] as number) - (outputs[one] as number),
  );
  return order.slice(0, bestCount).map((label) => [label, outputs[label] as number]);
}

async function openImages(network: Network, options: ForwardImagesOptions): Promise<Wanted> {
  const { dataset: trainedOn, classes: count, input } = network;
  const { images: asked, data } = options;
  const dataset = jobDataset(options, trainedOn);
  const { resize, names } = pictureOptions(options);
  if (dataset.folder === undefined) {
    const all = loadDataset(datasetNamed(dataset.name), 'test', data, asked);
    const { images, labels, name } = firstImages(all, asked);
    const slices = async function* (): AsyncGenerator<Portion> {
      for (let first = 0; first < images.images; first += portion) {
        const some = imageSlice(images, first, Math.min(portion, images.images - first));
        const own = Array.from(labels.subarray(first, first + some.images));
        yield { images: some, labels: own, names: own.map((_, i) => `${name} ${first + i}`) };
      }
    };
    const known = { count, names: namesOf(dataset.name) };
    return { classes: known, count: images.images, portions: slices() };
  }
  const folder = openPictureFolder(dataset.folder);
  const classes = await classesOf(folder, { classes: count, trainedOn }, names);
  const list = await listPictures(folder, { part: 'test', classes, isLabelled: 'if named' });
  const pictures = list.pictures.slice(0, asked);
  if (pictures.length < (asked ?? 0))
    throw new CimError('input', {
      what: `${countOf(asked ?? 0, 'image')} asked for, it has ${formatWhole(pictures.length)}`,
      where: list.folder.where,
    });
  const read = async function* (): AsyncGenerator<Portion> {
    for (let first = 0; first < pictures.length; first += portion) {
      const some = pictures.slice(first, first + portion);
      yield {
        images: await readAll(list.folder, some, input, { resize }),
        names: some.map(({ path }) => path),
        labels: some.map(({ label }) => label),
      };
    }
  };
  return { classes, count: pictures.length, portions: read() };
}

/** Shares of rows with their label first, and among the best; null where no row has one. */
function sharesOf(rows: readonly Row[]): readonly [top1: number | null, top5: number | null] {
  const labelled = rows.filter(({ label }) => label !== null);
  const share = (among: number): number | null =>
    labelled.length === 0
      ? null
      : labelled.filter(({ best, label }) => best.slice(0, among).some(([one]) => one === label))
          .length / labelled.length;
  return [share(1), share(bestCount)];
}

function jsonOf(network: Network, rows: readonly Row[]): string {
  const [top1, top5] = sharesOf(rows);
  const head = { version: 1, network: network.name, images: rows.length, top1, top5 };
  return `${JSON.stringify({ ...head, rows }, null, 2)}\n`;
}

function textOf(rows: readonly Row[], { names }: Classes): string {
  const nameOf = (label: number): string =>
    `${label} ${names?.lines[label]?.split(',')[0] ?? ''}`.trimEnd();
  const lines = rows.slice(0, shownRows).map(({ image, best, label }) => {
    const [[first, output] = [0, 0]] = best;
    const verdict = label === null ? '' : label === first ? '' : `, not ${nameOf(label)}`;
    return `${image}: ${nameOf(first)} (${output.toPrecision(4)})${verdict}`;
  });
  const more = rows.length - shownRows;
  const [top1, top5] = sharesOf(rows);
  return [
    ...lines.map(shownText),
    ...(more > 0 ? [`… and ${countOf(more, 'more image')} (--json has all)`] : []),
    top1 === null
      ? `${countOf(rows.length, 'image')} without classes`
      : `${formatShare(top1)} right of ${countOf(rows.length, 'image')}; among the ${bestCount} best: ${formatShare(top5)}`,
    '',
  ].join('\n');
}
