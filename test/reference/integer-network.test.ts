import { describe, expect, it } from 'vitest';
import { compress } from '../../src/compress/compress.ts';
import {
  type CompressedNetwork,
  isMacroLayer,
  type MacroLayer,
} from '../../src/compress/compressed-network.ts';
import type { FeatureMap } from '../../src/core/feature-map.ts';
import { positionsOf } from '../../src/core/window.ts';
import { floatForward } from '../../src/network/float-forward.ts';
import { integerConvolution, integerForward } from '../../src/reference/integer-network.ts';
import {
  fillMap,
  plainConvolution,
  type PlainMap,
  plainMaxPool,
  plainOutputSize,
  plainPool,
  roundedQuotient,
  scaledExactly,
  valueAt,
} from '../support/plain.ts';
import { drawFrom } from '../../src/measure/draw.ts';
import { randomWindow } from '../../src/measure/random-window.ts';
import {
  conv,
  networkOf,
  noise,
  randomNetwork,
  tourNetwork,
  windowNetwork,
} from '../support/small-networks.ts';

/** A layer with weights as compressed-network.ts defines it; signed maps hold their real values here. */
function plainMacroLayer(layer: MacroLayer, maps: ReadonlyMap<string, PlainMap>): PlainMap {
  const sums = plainConvolution({ ...layer.geometry, ...layer }, maps.get(layer.input)!);
  const { requantize, residual } = layer;
  if (!requantize) return sums;
  const high = 2 ** (requantize.outputBits - (requantize.signed ? 1 : 0)) - 1;
  const low = requantize.signed ? -high - 1 : 0;
  const added = residual && maps.get(residual.input)!;
  const data = fillMap(sums, (place) => {
    let sum = valueAt(sums, place);
    const c = place.c - (residual?.channelOffset ?? 0);
    if (residual && added && c >= 0 && c < added.channels) {
      const { stride, scale } = residual;
      const from = { ...place, y: place.y * stride, x: place.x * stride, c };
      sum += scaledExactly(valueAt(added, from), scale);
    }
    return Math.min(high, Math.max(low, scaledExactly(sum, requantize.scale)));
  });
  return { ...sums, data };
}

/** The integer network from the definitions, in doubles and big integers. */
function plainForward(network: CompressedNetwork, images: FeatureMap): number[] {
  const highest = BigInt(2 ** network.activationBits - 1);
  const data = Array.from(images.data, (pixel) =>
    Number(roundedQuotient(BigInt(pixel) * highest, 255n)),
  );
  const maps = new Map<string, PlainMap>([['image', { ...images, data }]]);
  let last: PlainMap = images;
  for (const layer of network.layers) {
    const input = maps.get(layer.input)!;
    if (isMacroLayer(layer)) last = plainMacroLayer(layer, maps);
    else if (layer.kind === 'maxPool') last = plainMaxPool(layer.window, input);
    else {
      const { window, countIncludePad } = layer;
      last = plainPool(window, input, (seen) => {
        const pixels = countIncludePad ? window.height * window.width : seen.length;
        const sum = seen.reduce((total, value) => total + value, 0);
        return Number(roundedQuotient(BigInt(sum), BigInt(pixels)));
      });
    }
    maps.set(layer.name, last);
  }
  return Array.from(last.data, (value) => value + 0);
}

describe('integerForward', () => {
  it.each([
    ['layer', tourNetwork()],
    ['window', windowNetwork()],
  ])('computes every kind of %s as it is defined', (_, float) => {
    const network = compress(float, {
      prunedGroups: 0.2,
      groupShape: { channels: 16, kernels: 16 },
    });
    const images = noise(network.input, 3);

    expect([...integerForward(network, images)]).toEqual(plainForward(network, images));
  });

  it.each(Array.from({ length: 12 }, (_, seed) => seed + 50))(
    'computes random network %i as it is defined',
    (seed) => {
      const network = compress(randomNetwork(seed), {
        weightBits: 2 + (seed % 7),
        activationBits: 1 + (seed % 8),
      });
      const images = noise(network.input, 2, seed);

      expect([...integerForward(network, images)]).toEqual(plainForward(network, images));
    },
  );

  it('tells of its progress and stops when told to', () => {
    const network = compress(tourNetwork(), {});
    const signal = { aborted: false };
    const done: unknown[] = [];

    const run = (): unknown =>
      integerForward(network, noise(network.input, 3), {
        signal,
        onProgress: (progress) => {
          done.push(progress);
          signal.aborted = progress.done === 2;
        },
      });

    expect(run).toThrow(expect.objectContaining({ kind: 'cancelled' }));
    expect(done).toEqual([
      { stage: 'exact', done: 1, total: 3 },
      { stage: 'exact', done: 2, total: 3 },
    ]);
  });
});

describe('integerConvolution', () => {
  it('gives what the network in real arithmetic gives, with any window, where weights and inputs are whole', () => {
    for (let seed = 0; seed < 30; seed++) {
      const draw = drawFrom(seed);
      const inputShape = { height: draw(2, 9), width: draw(2, 9), channels: draw(1, 20) };
      const window = randomWindow(draw, inputShape);
      const { channels } = inputShape;
      const shape = { name: 'conv', input: 'image', channels, kernels: 5, window, relu: false };
      const weights = Int8Array.from({ length: 5 * channels * positionsOf(window) }, () =>
        draw(-127, 127),
      );
      const bias = Int32Array.from({ length: 5 }, () => draw(-999, 999));
      const layer = {
        ...conv(shape),
        weights: Float32Array.from(weights),
        bias: Float32Array.from(bias),
      };
      const images = noise(inputShape, 2, seed);
      const integers: MacroLayer = {
        ...(compress(windowNetwork()).layers[0] as MacroLayer),
        geometry: { channels, kernels: 5, window },
        inputShape,
        outputShape: { ...plainOutputSize(window, inputShape), channels: 5 },
        weights,
        bias,
      };

      const sums = integerConvolution(integers, images);

      const float = networkOf('n', inputShape, 2, [layer]);
      const whole = { ...images, data: Float32Array.from(images.data) };
      // Sums stay below 2^24, where 32-bit floats are exact.
      expect([...floatForward(float, whole)]).toEqual([...sums]);
    }
  });

  it('is the convolution by its definition', () => {
    for (const layer of compress(tourNetwork(), {}).layers.filter(isMacroLayer)) {
      const input = noise(layer.inputShape, 2);

      const sums = integerConvolution(layer, input);

      expect([...sums]).toEqual(
        Array.from(plainConvolution({ ...layer.geometry, ...layer }, input).data),
      );
    }
  });
});
