// Input files of the golden set, made anew from seeds: nothing of a data set is needed.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeNetworkFile } from '../../src/network/io/network-file.ts';
import { mars } from '../support/mars.ts';
import { conv, linear, networkOf } from '../support/small-networks.ts';

/** Images per CIFAR file: enough to choose activation clips from. */
const imagesPerFile = 40;

/** Writes all input files into `folder`; returns what each word in capitals stands for. */
export function writeInputs(folder: string): ReadonlyMap<string, string> {
  const at = (name: string): string => join(folder, name);
  writeCifar(at('cifar'));
  writeFileSync(at('masks.json'), maskText());
  writeFileSync(at('mixed.safetensors'), writeNetworkFile(mixedNetwork()));
  writeFileSync(at('case.json'), JSON.stringify(matrixCase({})));
  const noise = { read: 0.15, offset: 0.2, gain: 0.03, cell: 0.03 };
  writeFileSync(at('noisy-case.json'), JSON.stringify(matrixCase({ noise, seed: 5 })));
  const stored = mars(['map', '--pruned-groups', '0.8', '--image', at('stored.bin')], folder);
  if (stored.code !== 0) throw new Error(stored.stderr);
  return new Map([
    ['CIFAR', at('cifar')],
    ['MASKS', at('masks.json')],
    ['MIXED', at('mixed.safetensors')],
    ['NOISYCASE', at('noisy-case.json')],
    ['CASE', at('case.json')],
    ['STORED', at('stored.bin')],
  ]);
}

/** A linear congruential generator's high bytes, as in Numerical Recipes: the same on every machine. */
function bytes(count: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

function writeCifar(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const names = ['test_batch', ...[1, 2, 3, 4, 5].map((n) => `data_batch_${n}`)];
  for (const [seed, name] of names.entries()) {
    const data = bytes(imagesPerFile * 3073, seed + 1);
    for (let image = 0; image < imagesPerFile; image++) data[image * 3073] = image % 10;
    writeFileSync(join(folder, `${name}.bin`), data);
  }
}

function matrixCase(more: object): object {
  const columns = 40;
  const signed = bytes(columns * 24, 9);
  const weights = Array.from({ length: 24 }, (_, row) =>
    Array.from(signed.subarray(row * columns, (row + 1) * columns), (value) => value - 128),
  );
  const inputs = [3, 4].map((seed) => [...bytes(columns, seed)]);
  return {
    wordLinesOn: 16,
    inputBitsPerPhase: 2,
    adc: { bits: 4, step: 1.5, offset: 0.25 },
    weightBits: 8,
    inputBits: 8,
    weights,
    inputs,
    ...more,
  };
}

/** Masks of mnist-cnn that keep about half of the groups of its two larger layers. */
function maskText(): string {
  const found = mars(['map', '--pruned-groups', '0', '--json']);
  const { layers } = JSON.parse(found.stdout) as {
    readonly layers: readonly { readonly name: string; readonly groups?: number }[];
  };
  const masks = layers
    .filter(({ groups }) => (groups ?? 0) > 0)
    .map(({ name, groups }, seed) => [
      name,
      [...bytes(groups!, seed + 20)].map((byte) => (byte < 128 ? '0' : '1')).join(''),
    ]);
  return JSON.stringify({
    version: 1,
    network: 'mnist-cnn',
    shape: { channels: 16, kernels: 16 },
    layers: Object.fromEntries(masks),
  });
}

/** A network for 32x32x3 images whose layers were trained with 8, 4 and 4 bits. */
function mixedNetwork(): Parameters<typeof writeNetworkFile>[0] {
  const onGrid = (weights: Float32Array, unit: number, highest: number): Float32Array =>
    weights.map((w) => unit * Math.max(-highest, Math.min(highest, Math.round(w / unit))));
  const wide = conv({ name: 'wide', input: 'image', channels: 3, kernels: 40, stride: 4 });
  const narrow = conv({ name: 'narrow', input: 'wide', channels: 40, kernels: 24, stride: 2 });
  const fc = linear({ name: 'fc', input: 'narrow', inputs: 384, outputs: 10 });
  const layers = [
    {
      ...wide,
      weights: onGrid(wide.weights, 1 / 64, 127),
      scales: { weightBits: 8, weightScale: 1 / 64, output: { bits: 6, scale: 4 } },
    },
    {
      ...narrow,
      weights: onGrid(narrow.weights, 1 / 32, 7),
      scales: { weightBits: 4, weightScale: 1 / 32, output: { bits: 3, scale: 8 } },
    },
    {
      ...fc,
      weights: onGrid(fc.weights, 1 / 32, 7),
      scales: { weightBits: 4, weightScale: 1 / 32 },
    },
  ];
  return {
    ...networkOf('mixed', { height: 32, width: 32, channels: 3 }, 10, layers),
    dataset: 'cifar10',
    precision: { weightBits: 4, activationBits: 5 },
  };
}
