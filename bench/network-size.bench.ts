// How does the time of an image grow with its multiply-accumulates? Single layers and whole networks over three decades,
// each row the time of one image; a power law is fitted to each series (least squares on logarithms). Exponent 1 is time
// in proportion to work; small ones pay for their submit.

import { largest, smallest } from '../src/core/extremes.ts';
import { networkMacs, type Network } from '../src/network/network.ts';
import { resnet18, resnet20, vgg16 } from '../src/network/index.ts';
import { openGpuOf } from '../src/measure/backend.ts';
import { macsOf } from '../src/measure/bounds.ts';
import { openLayer, uniformInputs } from '../src/measure/layer.ts';
import { openLayerCase } from '../src/measure/layer-case.ts';
import { openNetworkCase } from '../src/measure/network-case.ts';
import { mapNetwork } from '../src/measure/networks.ts';
import type { Bench, Question } from '../src/measure/question.ts';
import type { Row } from '../src/measure/result.ts';
import { powerLaw } from '../src/measure/statistics.ts';

/** Channels in, kernels, side of the map; 3x3. */
const layers = [
  [16, 16, 8],
  [32, 32, 8],
  [64, 64, 8],
  [64, 64, 16],
  [128, 128, 16],
  [128, 256, 16],
  [256, 256, 16],
] as const;

const networks: readonly { readonly title: string; readonly build: () => Network }[] = [
  { title: 'resnet20, width 2', build: () => resnet20({ width: 2 }) },
  { title: 'resnet20, width 4', build: () => resnet20({ width: 4 }) },
  { title: 'resnet20, width 8', build: () => resnet20({ width: 8 }) },
  { title: 'resnet20', build: () => resnet20() },
  { title: 'resnet18, width 32', build: () => resnet18({ width: 32 }) },
  { title: 'vgg16', build: () => vgg16() },
  { title: 'resnet18', build: () => resnet18() },
];

/** Images in flight: the same for every point, so that only the size differs. */
const images = 4;

/** The question. */
export const networkSize: Question = {
  name: 'network-size',
  asks: 'How does the time of an image grow with its multiply-accumulates?',
  ask: async (bench) => {
    addFit(bench, 'layers', await askLayers(bench));
    addFit(bench, 'networks', await askNetworks(bench));
  },
};

async function askLayers(bench: Bench): Promise<readonly Row[]> {
  await using backend = await openGpuOf(bench.host);
  const rows: Row[] = [];
  for (const [channels, kernels, side] of layers) {
    const key = { series: 'layers', size: `${channels} -> ${kernels}, ${side}x${side}` };
    const row = await bench.measure(key, async () => {
      const sizes = { channels, kernels, size: 3, height: side, width: side };
      const layer = openLayer({ ...sizes, kept: 1, settings: ['adc.bits=6'] });
      const run = { layer, inputs: uniformInputs(layer.spec, images), images };
      const one = await openLayerCase(bench.host, backend, run);
      const macs = macsOf(layer.program);
      return { ...one, work: { MACs: images * macs, images }, facts: { MACs: macs } };
    });
    if (row) rows.push(row);
  }
  return rows;
}

async function askNetworks(bench: Bench): Promise<readonly Row[]> {
  await using backend = await openGpuOf(bench.host);
  const rows: Row[] = [];
  for (const { title, build } of networks) {
    const row = await bench.measure({ series: 'networks', size: title }, async () => {
      const network = build();
      const macs = networkMacs(network);
      const mapping = await mapNetwork(bench.host, network, 'dense');
      const run = { network, mapping, batch: images, seconds: bench.settings.seconds };
      const one = await openNetworkCase(bench.host, backend, run);
      const { images: count = 0 } = one.work;
      return { ...one, work: { MACs: count * macs, images: count }, facts: { MACs: macs } };
    });
    if (row) rows.push(row);
  }
  return rows;
}

function addFit(bench: Bench, series: string, rows: readonly Row[]): void {
  const points = rows.map(({ facts, timing }) => ({
    x: Number(facts['MACs']),
    y: 1 / (timing?.perSecond['images'] ?? Number.NaN),
  }));
  if (points.length < 2) return;
  const { exponent, coefficient, r2 } = powerLaw(points);
  const sizes = points.map(({ x }) => x);
  bench.add({
    key: { series, size: 'fit' },
    facts: {
      exponent: Number(exponent.toFixed(3)),
      R2: Number(r2.toFixed(4)),
      'seconds at 1 MMAC': Number((coefficient * 1e6 ** exponent).toPrecision(3)),
      points: points.length,
      decades: Number(Math.log10(largest(sizes) / smallest(sizes)).toFixed(2)),
    },
    checked: 'the rows of its series',
  });
}
