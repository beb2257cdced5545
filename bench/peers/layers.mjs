#!/usr/bin/env node
// A network in the integers that MARS runs, its ADCs, images, and what our simulator makes of them, as JSON for
// crosssim_ranges.py. Needs `npm run build`, and CIFAR-10 in MARS_DATA.
//
//   node bench/peers/layers.mjs 250 > layers.json

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, env, stdout } from 'node:process';
import {
  firstImages,
  isMacroLayer,
  jobBits,
  mapJob,
  prunedIn,
  readCifar,
  simulate,
  spreadImages,
} from 'mars-cim';
import { mars, setChipValues } from 'mars-cim/chips';
import { readNetworkFile } from 'mars-cim/networks';
import { openWasm } from 'mars-cim/wasm';

/** Policies of `adc.range`, as docs/study-ranges.json has them. */
const policies = {
  chip: ['adc.range=chip'],
  calibrated: ['adc.range=calibrated'],
  'calibrated, 99 %': ['adc.range=calibrated', 'adc.percentile=99'],
  table: ['adc.range=table'],
};
/** Training images that ADCs are fitted to, as many as `mars run` takes. */
const fittedTo = 16;

const name = 'resnet20-4b';
const network = readNetworkFile(readFileSync(`models/${name}.safetensors`), name);
const bits = jobBits({}, network, mars);
const test = firstImages(cifar(['test_batch']), Number(argv[2] ?? 250));
const training = spreadImages(cifar([1, 2, 3, 4, 5].map((n) => `data_batch_${n}`)), fittedTo);

const backend = await openWasm();
const points = [];
for (const adcBits of [6, 5, 4, 3])
  for (const [policy, values] of Object.entries(policies)) {
    const mapping = mapOnto([`adc.bits=${adcBits}`, ...values]);
    const { outputs } = await simulate(mapping, test.images, { backend });
    const adcs = Object.fromEntries(
      macroLayers(mapping).map(({ layer, adc }) => [layer.name, table(adc)]),
    );
    points.push({ bits: adcBits, policy, adcs, outputs: [...outputs] });
  }
const exact = await simulate(mapOnto([]), test.images, { backend, exact: true });
const mapped = mapOnto([]);
stdout.write(
  JSON.stringify({
    network: { ...mapped.network, layers: mapped.network.layers.map(plainLayer) },
    tests: { ...plainMap(test.images), labels: [...test.labels] },
    training: plainMap(training),
    exact: [...exact.outputs],
    groupKernels: macroLayers(mapped)[0].geometry.kernelsPerCore,
    points,
  }),
);

/** The network on MARS with these values. */
function mapOnto(values) {
  const chip = setChipValues(mars, values);
  return mapJob({ network, chip, ...bits, prunedGroups: prunedIn(network), adcImages: training });
}

/** Files of CIFAR-10, as one set. */
function cifar(files) {
  const sets = files.map((file) =>
    readCifar(readFileSync(join(env.MARS_DATA, 'cifar10', `${file}.bin`)), 'cifar10', file),
  );
  const images = sets.reduce((sum, set) => sum + set.images.images, 0);
  const data = Buffer.concat(sets.map((set) => set.images.data));
  const labels = Buffer.concat(sets.map((set) => set.labels));
  return { ...sets[0], images: { ...sets[0].images, images, data }, labels };
}

function macroLayers({ layers }) {
  return layers.filter(({ kind }) => kind === 'macro');
}

/** A layer without typed arrays. */
function plainLayer(layer) {
  if (!isMacroLayer(layer)) return layer;
  const { requantize } = layer;
  return {
    ...layer,
    weights: [...layer.weights],
    bias: [...layer.bias],
    requantize: requantize && {
      ...requantize,
      kernels: requantize.kernels && [...requantize.kernels],
      table: requantize.table && [...requantize.table],
    },
  };
}

function plainMap({ data, ...map }) {
  return { ...map, pixels: Buffer.from(data).toString('base64') };
}

function table({ thresholds, values }) {
  return { thresholds: [...thresholds], values: [...values] };
}
