// Weights that are finite and huge, or hardly more than nothing: what overflows stops with the name of its layer, soon.

import { describe, expect, it } from 'vitest';
import { compress } from '../../src/compress/compress.ts';
import { calibrateClips } from '../../src/compress/calibrate.ts';
import { fuseBatchNorm } from '../../src/compress/fuse-batch-norm.ts';
import { isMacroLayer } from '../../src/compress/compressed-network.ts';
import { CimError } from '../../src/core/errors.ts';
import { floatOutputs } from '../../src/network/float-forward.ts';
import { hasWeights } from '../../src/network/layer.ts';
import type { Network } from '../../src/network/network.ts';
import { caught } from '../support/caught.ts';
import { conv, linear, networkOf, noise, tourNetwork } from '../support/small-networks.ts';

const denormal = 2 ** -149;

const plain = networkOf('huge', { height: 6, width: 6, channels: 3 }, 4, [
  conv({ name: 'a', input: 'image', channels: 3, kernels: 8, bias: true }),
  conv({ name: 'b', input: 'a', channels: 8, kernels: 8, bias: true }),
  conv({ name: 'c', input: 'b', channels: 8, kernels: 8 }),
  { kind: 'averagePool', name: 'mean', input: 'c' },
  linear({ name: 'fc', input: 'mean', inputs: 8, outputs: 4, bias: true }),
]);
const images = noise(plain.input, 2);

/** `network` with all weights of a layer set to `value`. */
const withWeights = (network: Network, name: string, value: number): Network => ({
  ...network,
  layers: network.layers.map((layer) =>
    layer.name === name && hasWeights(layer)
      ? { ...layer, weights: layer.weights.map(() => value) }
      : layer,
  ),
});

/** `network` with an array of a batch norm set to `value`. */
const withNorm = (
  network: Network,
  name: string,
  part: 'gamma' | 'mean',
  value: number,
): Network => ({
  ...network,
  layers: network.layers.map((layer) =>
    layer.name === name && layer.kind === 'conv' && layer.batchNorm
      ? {
          ...layer,
          batchNorm: { ...layer.batchNorm, [part]: layer.batchNorm[part].map(() => value) },
        }
      : layer,
  ),
});

describe('weights of 3e38', () => {
  const huge = withWeights(plain, 'b', 3e38);

  it('stop the forward pass at the layer whose output is not finite', () => {
    const error = caught(() => floatOutputs(huge, images));

    expect(error).toMatchObject({ kind: 'network', where: ['huge', 'b'] });
    expect(error.message).toMatch(/output for image 0 is -?Infinity: too large/);
  });

  it('stop calibration, which once doubled its range for ever', () => {
    expect(caught(() => calibrateClips(huge, images, 8, {})).where).toEqual(['huge', 'b']);
    expect(caught(() => compress(huge, { calibration: images })).where).toEqual(['huge', 'b']);
  });

  it('stop the estimate of clips where it overflows', () => {
    const all = ['a', 'b', 'c', 'fc'].reduce((one, name) => withWeights(one, name, 3e38), plain);
    const deep = networkOf('deep', all.input, 4, [
      ...all.layers.slice(0, 3),
      ...['d', 'e'].map((name, i) => ({
        ...conv({ name, input: ['c', 'd'][i]!, channels: 8, kernels: 8 }),
        weights: new Float32Array(576).fill(3e38),
      })),
      { kind: 'averagePool', name: 'mean', input: 'e' },
      linear({ name: 'fc', input: 'mean', inputs: 8, outputs: 4 }),
    ]);

    const error = caught(() => compress(deep));

    expect(error.kind).toBe('compress');
    expect(error.where).toEqual(['deep', 'd']);
  });

  it('are integers like all others where nothing overflows', () => {
    const last = withWeights(plain, 'fc', 3e38);

    const layer = compress(last).layers.at(-1)!;

    if (!isMacroLayer(layer)) throw new Error('fc has weights');
    expect(new Set(layer.weights)).toEqual(new Set([127]));
  });
});

describe('batch norm', () => {
  it.each(['gamma', 'mean'] as const)('with a %s of 3e38 stops where it is fused', (part) => {
    const network = withNorm(withWeights(tourNetwork(), 'half', 10), 'half', part, 3e38);

    const error = caught(() => fuseBatchNorm(network));

    expect(error).toMatchObject({ kind: 'compress', where: ['tour', 'half'] });
    expect(caught(() => compress(network)).where).toEqual(['tour', 'half']);
  });
});

describe('weights that are no numbers', () => {
  it.each([NaN, Infinity, -Infinity])('are refused by name: %s', (value) => {
    const error = caught(() => compress(withWeights(plain, 'b', value), { calibration: images }));

    expect(error).toMatchObject({ kind: 'network', where: ['huge', 'b'] });
    expect(error.message).toContain(`weights[0] is ${value}`);
  });
});

describe('weights that are hardly more than nothing', () => {
  it.each(['a', 'b', 'c', 'fc'])(
    'in %s give integers, or an error with the name of a layer',
    (name) => {
      const network = withWeights(plain, name, denormal);
      for (const options of [{}, { calibration: images }])
        try {
          const layers = compress(network, options).layers.filter(isMacroLayer);
          for (const { weightScale, inputScale } of layers)
            expect(weightScale * inputScale).toBeGreaterThan(0);
        } catch (error) {
          if (!(error instanceof CimError)) throw error;
          expect(error.where[0]).toBe('huge');
          expect(error.where).toHaveLength(2);
        }
    },
  );

  it('and units that vanish are refused by name', () => {
    const layers = plain.layers.map((layer) =>
      layer.name === 'fc' && hasWeights(layer)
        ? {
            ...layer,
            weights: layer.weights.map(() => 0),
            bias: layer.bias!.map(() => 0),
            scales: { weightBits: 8, weightScale: 5e-324 },
          }
        : layer,
    );

    const error = caught(() =>
      compress({ ...plain, layers, precision: { weightBits: 8, activationBits: 8 } }),
    );

    expect(error).toMatchObject({ kind: 'compress', where: ['huge', 'fc'] });
  });
});
