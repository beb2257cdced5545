import { describe, expect, it } from 'vitest';
import type { FloatMap } from '../../src/core/feature-map.ts';
import {
  floatForward,
  floatForwardInPortions,
  toFloatMap,
} from '../../src/network/float-forward.ts';
import { wholeMap } from '../../src/core/window.ts';
import type { ConvLayer, Layer, LinearLayer } from '../../src/network/fused-network.ts';
import { imageName } from '../../src/network/graph.ts';
import type { Network } from '../../src/network/network.ts';
import {
  fillMap,
  plainConvolution,
  type PlainMap,
  plainMaxPool,
  plainPool,
  valueAt,
} from '../support/plain.ts';
import {
  conv,
  linear,
  networkOf,
  noise,
  randomNetwork,
  tourNetwork,
} from '../support/small-networks.ts';
import { fuse } from '../../src/network/passes/fuse.ts';
import { spelledOut } from '../../src/network/passes/spell-out.ts';

/** Rounding a real number to 32 bits changes it by at most this share. */
const rounding = 2 ** -24;

/** A plain result with a bound of what rounding may change in each value. */
interface Expected {
  readonly data: ArrayLike<number>;
  readonly tolerance: (index: number) => number;
}

/** Linear layers as their definition stands: weights of order (output, channel, y, x). */
function asKernels(layer: ConvLayer | LinearLayer, input: PlainMap): ConvLayer {
  if (layer.kind === 'conv') return layer;
  return {
    ...layer,
    kind: 'conv',
    channels: input.channels,
    kernels: layer.outputs,
    window: wholeMap(input),
  };
}

const magnitudes = (values: ArrayLike<number>): number[] => Array.from(values, Math.abs);

/** A layer with weights, in doubles, from the definitions in network/fused-network.ts. */
function plainWeightLayer(
  layer: ConvLayer,
  input: PlainMap,
  added: PlainMap | undefined,
): Expected {
  const { batchNorm: norm, residual } = layer;
  const sums = plainConvolution(layer, input);
  const size = plainConvolution(
    { ...layer, weights: magnitudes(layer.weights), bias: layer.bias && magnitudes(layer.bias) },
    { ...input, data: magnitudes(input.data) },
  );
  const bounds: number[] = [];
  const data = fillMap(sums, (place) => {
    const m = place.c;
    let value = valueAt(sums, place);
    let bound = valueAt(size, place);
    if (norm) {
      const scale = norm.gamma[m]! / Math.sqrt(norm.variance[m]! + norm.epsilon);
      value = (value - norm.mean[m]!) * scale + norm.beta[m]!;
      bound = (bound + Math.abs(norm.mean[m]!)) * Math.abs(scale) + Math.abs(norm.beta[m]!);
    }
    const c = m - (residual?.channelOffset ?? 0);
    if (residual && added && c >= 0 && c < added.channels) {
      const { stride } = residual;
      const more = valueAt(added, { ...place, y: place.y * stride, x: place.x * stride, c });
      value += more;
      bound += Math.abs(more);
    }
    bounds.push(bound);
    return layer.relu ? Math.max(0, value) : value;
  });
  // Five results are rounded on the way (sum, batch-norm scale, its product and sum, the stored value), none larger
  // than the sum of the magnitudes; rounding in doubles is far below.
  return { data, tolerance: (index) => 5 * rounding * bounds[index]! };
}

function expected(layer: Layer, maps: ReadonlyMap<string, FloatMap>): Expected {
  const input = maps.get(layer.input)!;
  if (layer.kind === 'maxPool')
    return { data: plainMaxPool(layer.window, input).data, tolerance: () => 0 };
  if (layer.kind === 'averagePool') {
    const { window = wholeMap(input), countIncludePad } = layer;
    const sum = (seen: readonly number[]): number =>
      seen.reduce((total, value) => total + value, 0);
    const { data: means } = plainPool(
      window,
      input,
      (seen) => sum(seen) / (countIncludePad ? window.height * window.width : seen.length),
    );
    // Only the stored mean is rounded.
    return { data: means, tolerance: (index) => 2 * rounding * Math.abs(means[index]!) };
  }
  const residual = layer.kind === 'conv' ? layer.residual : undefined;
  const added = residual && maps.get(residual.input);
  return plainWeightLayer(asKernels(layer, input), input, added);
}

/** Runs a network and compares each layer's output with the plain computation on the maps that it really read. */
function compareLayers(network: Network, images: FloatMap): number {
  const maps = new Map<string, FloatMap>([[imageName, images]]);
  let compared = 0;
  const { network: graph, outputs: nodes } = spelledOut(fuse(network));
  const layers = new Map(fuse(network).layers.map((layer) => [nodes.get(layer.name)!, layer]));
  const outputs = floatForward(graph, images, (node, output) => {
    const layer = layers.get(node.name);
    if (!layer) return;
    const { data, tolerance } = expected(layer, maps);
    expect(output.data).toHaveLength(data.length);
    output.data.forEach((value, i) => {
      expect(
        Math.abs(value - data[i]!),
        `${network.name} > ${layer.name} [${i}]: ${value} for ${data[i]}`,
      ).toBeLessThanOrEqual(tolerance(i));
      compared += 1;
    });
    maps.set(layer.name, output);
  });
  expect(outputs).toEqual(maps.get(fuse(network).layers.at(-1)!.name)!.data);
  return compared;
}

describe('floatForward', () => {
  it('computes every kind of layer as its definition stands', () => {
    const network = tourNetwork();

    expect(compareLayers(network, toFloatMap(noise(network.input, 2)))).toBeGreaterThan(4000);
  });

  it.each(Array.from({ length: 12 }, (_, seed) => seed))(
    'computes random network %i as its definition stands',
    (seed) => {
      const network = randomNetwork(seed);

      expect(compareLayers(network, toFloatMap(noise(network.input, 2, seed)))).toBeGreaterThan(0);
    },
  );

  it('multiplies, adds and cuts off by hand', () => {
    const layer: ConvLayer = {
      ...conv({
        name: 'only',
        input: 'image',
        channels: 1,
        kernels: 2,
        kernelHeight: 1,
        kernelWidth: 2,
        padding: 0,
      }),
      weights: Float32Array.of(1, 2, -1, 1),
      bias: Float32Array.of(0.5, -1),
    };
    const images = { images: 1, height: 1, width: 3, channels: 1, data: Float32Array.of(3, 1, 2) };

    // Kernel 0: 3 + 2 + 0.5, 1 + 4 + 0.5; kernel 1: -3 + 1 - 1, -1 + 2 - 1.
    expect([...floatForward(networkOf('n', images, 2, [layer]), images)]).toEqual([5.5, 0, 5.5, 0]);
    expect([
      ...floatForward(networkOf('n', images, 2, [{ ...layer, relu: false }]), images),
    ]).toEqual([5.5, -3, 5.5, 0]);
  });

  it('adds a residual at its stride and channel only', () => {
    const input = { height: 3, width: 3, channels: 1 };
    const zero = conv({ name: 'a', input: 'image', channels: 1, kernels: 3, stride: 2 });
    const layer = {
      ...zero,
      weights: new Float32Array(27),
      residual: { input: 'image', stride: 2, channelOffset: 1 },
    };
    const data = Float32Array.from({ length: 9 }, (_, i) => i + 1);

    const outputs = floatForward(networkOf('n', input, 3, [layer]), { ...input, images: 1, data });

    expect([...outputs]).toEqual([0, 1, 0, 0, 3, 0, 0, 7, 0, 0, 9, 0]);
  });

  it('gives each image what it gives it alone', () => {
    const network = tourNetwork();
    const images = toFloatMap(noise(network.input, 3));
    const size = images.data.length / 3;

    const together = floatForward(network, images);

    const alone = [0, 1, 2].flatMap((i) => [
      ...floatForward(network, {
        ...images,
        images: 1,
        data: images.data.subarray(i * size, (i + 1) * size),
      }),
    ]);
    expect([...together]).toEqual(alone);
  });
});

describe('toFloatMap', () => {
  it('takes the largest pixel to 1', () => {
    const map = { images: 1, height: 1, width: 3, channels: 1 };

    expect([...toFloatMap({ ...map, bits: 8, data: Uint8Array.of(0, 51, 255) }).data]).toEqual([
      0,
      Math.fround(0.2),
      1,
    ]);
    expect([...toFloatMap({ ...map, bits: 2, data: Uint8Array.of(0, 3, 1) }).data]).toEqual([
      0,
      1,
      Math.fround(1 / 3),
    ]);
  });
});

describe('floatForwardInPortions', () => {
  const network = networkOf('small', { height: 2, width: 2, channels: 1 }, 2, [
    conv({
      name: 'only',
      input: 'image',
      channels: 1,
      kernels: 2,
      kernelHeight: 2,
      kernelWidth: 2,
      padding: 0,
    }),
  ]);

  it('gives the same outputs in portions', () => {
    const images = noise(network.input, 101);

    const portions = [...floatForwardInPortions(network, images, {})];

    expect(portions.length).toBeGreaterThan(1);
    expect(portions.flatMap((portion) => [...portion])).toEqual([
      ...floatForward(network, toFloatMap(images)),
    ]);
  });

  it('passes large images one by one, with the same outputs', () => {
    const graph = networkOf('large', { height: 512, width: 512, channels: 1 }, 1, [
      linear({ name: 'sum', input: 'image', inputs: 512 * 512, outputs: 1 }),
    ]);
    const images = noise(graph.input, 3);

    const portions = [...floatForwardInPortions(graph, images, {})];

    expect(portions.map(({ length }) => length)).toEqual([1, 1, 1]);
    expect(portions.flatMap((portion) => [...portion])).toEqual([
      ...floatForward(graph, toFloatMap(images)),
    ]);
  });

  it('stops when told to', () => {
    const signal = { aborted: false };
    const portions = floatForwardInPortions(network, noise(network.input, 101), { signal });
    portions.next();

    signal.aborted = true;

    expect(() => portions.next()).toThrow(expect.objectContaining({ kind: 'cancelled' }));
  });
});
