// Small networks with seeded weights: every kind of layer and connection, in a size that the reference runs at once.

import type { FeatureMap, Shape } from '../../src/core/feature-map.ts';
import { gaussian, randomWord } from '../../src/core/random.ts';
import { symmetricWindow, tilingWindow, type Window } from '../../src/core/window.ts';
import type {
  BatchNorm,
  ConvLayer,
  FusedNetwork,
  Layer,
  LinearLayer,
  Residual,
} from '../../src/network/fused-network.ts';
import type { Network } from '../../src/network/network.ts';
import { fuse } from '../../src/network/passes/fuse.ts';
import { spellOut } from '../../src/network/passes/spell-out.ts';
import { plainOutputSize } from './plain.ts';
import { type Draw, drawFrom } from '../../src/measure/draw.ts';
import { randomPoolWindow, randomWindow } from '../../src/measure/random-window.ts';

/** What a convolution is made from; the kernel is 3x3 with stride and padding 1 by default. */
export interface ConvOptions {
  readonly name: string;
  readonly input: string;
  readonly channels: number;
  readonly kernels: number;
  readonly kernelHeight?: number;
  readonly kernelWidth?: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
  /** Instead of the four before. */
  readonly window?: Window | undefined;
  readonly relu?: boolean;
  readonly bias?: boolean;
  readonly batchNorm?: boolean;
  readonly residual?: Residual;
  readonly seed?: number;
}

/** A convolution with normally distributed weights whose outputs are about as large as its inputs. */
export function conv(options: ConvOptions): ConvLayer {
  const { name, input, channels, kernels, seed = 1, relu = true, residual } = options;
  const { kernelHeight = 3, kernelWidth = 3, stride = 1, padding = 1 } = options;
  const { window = symmetricWindow(kernelHeight, kernelWidth, { stride, padding }) } = options;
  const { groups = 1 } = options;
  const inputs = (channels / groups) * window.height * window.width;
  const layer = {
    kind: 'conv' as const,
    name,
    input,
    channels,
    kernels,
    window,
    weights: normal(kernels * inputs, Math.sqrt(2 / inputs), seed),
    relu,
    ...(groups > 1 ? { groups } : {}),
  };
  return {
    ...layer,
    ...(options.bias ? { bias: normal(kernels, 0.2, seed + 1000) } : {}),
    ...(options.batchNorm ? { batchNorm: batchNorm(kernels, seed) } : {}),
    ...(residual ? { residual } : {}),
  };
}

/** A linear layer with normally distributed weights. */
export function linear(options: {
  readonly name: string;
  readonly input: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly bias?: boolean;
  readonly seed?: number;
}): LinearLayer {
  const { name, input, inputs, outputs, bias = false, seed = 1 } = options;
  return {
    kind: 'linear',
    name,
    input,
    inputs,
    outputs,
    weights: normal(inputs * outputs, Math.sqrt(2 / inputs), seed),
    ...(bias ? { bias: normal(outputs, 0.2, seed + 1000) } : {}),
    relu: false,
  };
}

/** The graph that layers make. */
export const networkOf = (
  name: string,
  input: Shape,
  classes: number,
  layers: readonly Layer[],
): Network => spellOut(fusedOf(name, input, classes, layers));

/** `network` with other layers. */
export function withLayers(
  network: Network,
  change: (layers: readonly Layer[]) => readonly Layer[],
): Network {
  const fused = fuse(network);
  return spellOut({ ...fused, layers: change(fused.layers) });
}

/** Puts layers together. */
export const fusedOf = (
  name: string,
  input: Shape,
  classes: number,
  layers: readonly Layer[],
): FusedNetwork => ({
  name,
  dataset: 'noise',
  input,
  classes,
  layers,
  origin: {
    command: 'a test',
    seed: 1,
    hardware: 'none',
    date: '2020-10-24',
    testAccuracy: null,
  },
});

/**
 * One of each: a packed first layer, batch norm, an identity shortcut that halves the map into more channels, a
 * shortcut through a convolution without ReLU (signed), both pools, a linear layer.
 */
export function tourNetwork(seed = 1): Network {
  const identity: Residual = { input: 'stem', stride: 2, channelOffset: 3 };
  const projected: Residual = { input: 'skip', stride: 1, channelOffset: 0 };
  return networkOf('tour', { height: 9, width: 8, channels: 3 }, 5, [
    conv({ name: 'stem', input: 'image', channels: 3, kernels: 18, seed, batchNorm: true }),
    conv({
      name: 'half',
      input: 'stem',
      channels: 18,
      kernels: 24,
      stride: 2,
      bias: true,
      batchNorm: true,
      residual: identity,
      seed: seed + 1,
    }),
    { kind: 'maxPool', name: 'pool', input: 'half', window: tilingWindow(2) },
    conv({ name: 'main', input: 'pool', channels: 24, kernels: 20, bias: true, seed: seed + 2 }),
    conv({
      name: 'skip',
      input: 'pool',
      channels: 24,
      kernels: 20,
      kernelHeight: 1,
      kernelWidth: 1,
      padding: 0,
      relu: false,
      seed: seed + 3,
    }),
    conv({
      name: 'join',
      input: 'main',
      channels: 20,
      kernels: 20,
      residual: projected,
      batchNorm: true,
      seed: seed + 4,
    }),
    { kind: 'averagePool', name: 'mean', input: 'join' },
    linear({ name: 'fc', input: 'mean', inputs: 20, outputs: 5, bias: true, seed: seed + 5 }),
  ]);
}

/**
 * Windows of every kind over a map that is not square: a packed stem whose strides, pads and dilations differ in each
 * direction, the overlapping max pool behind it as in a ResNet for large images, a kernel with holes that keeps the size
 * of its map, an average pool.
 */
export const windowNetwork = (seed = 1): Network =>
  networkOf('windows', { height: 15, width: 18, channels: 3 }, 4, [
    conv({
      name: 'stem',
      input: 'image',
      channels: 3,
      kernels: 18,
      window: { height: 3, width: 4, strides: [1, 2], pads: [0, 3, 2, 1], dilations: [2, 1] },
      bias: true,
      seed,
    }),
    {
      kind: 'maxPool',
      name: 'pool',
      input: 'stem',
      window: symmetricWindow(3, 3, { stride: 2, padding: 1 }),
    },
    conv({
      name: 'holes',
      input: 'pool',
      channels: 18,
      kernels: 20,
      window: { height: 3, width: 2, strides: [1, 1], pads: [1, 3, 3, 0], dilations: [2, 3] },
      batchNorm: true,
      residual: { input: 'pool', stride: 1, channelOffset: 1 },
      seed: seed + 1,
    }),
    {
      kind: 'averagePool',
      name: 'mean',
      input: 'holes',
      window: { height: 3, width: 2, strides: [2, 3], pads: [1, 0, 0, 1], dilations: [1, 2] },
    },
    linear({
      name: 'fc',
      input: 'mean',
      inputs: 3 * 2 * 20,
      outputs: 4,
      bias: true,
      seed: seed + 2,
    }),
  ]);

/** Network number `seed`: one to three convolutions of any geometry, pools and shortcuts between, a linear layer last. */
export function randomNetwork(seed: number): Network {
  const draw = drawFrom(seed);
  const input = { height: draw(4, 7), width: draw(4, 8), channels: draw(1, 20) };
  const layers: Layer[] = [];
  let shape: Shape = input;
  let last = 'image';
  const add = (layer: Layer, output: Shape): void => {
    layers.push(layer);
    last = layer.name;
    shape = output;
  };
  const count = draw(1, 3);
  for (let i = 0; i < count; i++) {
    const [layer, output] = randomConv(draw, `conv${i}`, last, shape);
    add(layer, output);
    if (draw(0, 1) === 0)
      for (const [block, out] of shortcut(draw, `block${i}`, last, shape)) add(block, out);
    if (draw(0, 1) === 0 && shape.height > 1 && shape.width > 1) {
      const window = draw(0, 1) === 0 ? tilingWindow(2) : randomPoolWindow(draw, shape);
      const pooled = { ...shape, ...plainOutputSize(window, shape) };
      const common = { name: `pool${i}`, input: last, window };
      if (draw(0, 2) > 0) add({ kind: 'maxPool', ...common }, pooled);
      else add({ kind: 'averagePool', ...common, countIncludePad: draw(0, 1) === 0 }, pooled);
    }
  }
  if (draw(0, 1) === 0)
    add({ kind: 'averagePool', name: 'mean', input: last }, { ...shape, height: 1, width: 1 });
  const inputs = shape.height * shape.width * shape.channels;
  const classes = draw(2, 6);
  layers.push(
    linear({ name: 'fc', input: last, inputs, outputs: classes, bias: draw(0, 1) === 0, seed }),
  );
  return networkOf(`random ${seed}`, input, classes, layers);
}

/** `images` images of seeded noise that fit `shape`. */
export function noise(shape: Shape, images: number, seed = 1): FeatureMap {
  const { height, width, channels } = shape;
  const length = images * height * width * channels;
  const data = Uint8Array.from({ length }, (_, i) => randomWord(seed, 500, i) >>> 24);
  return { height, width, channels, images, bits: 8, data };
}

function randomConv(draw: Draw, name: string, input: string, shape: Shape): [ConvLayer, Shape] {
  const kernelHeight = draw(1, Math.min(3, shape.height));
  const kernelWidth = draw(1, Math.min(3, shape.width));
  const window =
    draw(0, 1) === 0
      ? symmetricWindow(kernelHeight, kernelWidth, { stride: draw(1, 2), padding: draw(0, 1) })
      : randomWindow(draw, shape);
  const kernels = draw(1, 36);
  const layer = conv({
    name,
    input,
    channels: shape.channels,
    kernels,
    window,
    bias: draw(0, 1) === 0,
    batchNorm: draw(0, 1) === 0,
    seed: draw(1, 1e6),
  });
  return [layer, { ...plainOutputSize(window, shape), channels: kernels }];
}

/** Adds what went in to what comes out: the map itself, or a convolution of it that has no ReLU. */
function shortcut(draw: Draw, name: string, input: string, shape: Shape): [Layer, Shape][] {
  const { channels } = shape;
  const projected = draw(0, 1) === 0;
  const more = projected ? channels : channels + draw(0, 4);
  const skip = conv({
    name: `${name}.skip`,
    input,
    channels,
    kernels: channels,
    kernelHeight: 1,
    kernelWidth: 1,
    padding: 0,
    relu: false,
    seed: draw(1, 1e6),
  });
  const join = conv({
    name: `${name}.join`,
    input,
    channels,
    kernels: more,
    batchNorm: draw(0, 1) === 0,
    residual: {
      input: projected ? skip.name : input,
      stride: 1,
      channelOffset: draw(0, more - channels),
    },
    seed: draw(1, 1e6),
  });
  const joined: [Layer, Shape] = [join, { ...shape, channels: more }];
  return projected ? [[skip, shape], joined] : [joined];
}

function normal(count: number, deviation: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => deviation * gaussian(seed, 400, i));
}

function batchNorm(kernels: number, seed: number): BatchNorm {
  const near = (center: number, spread: number, stream: number): Float32Array =>
    Float32Array.from({ length: kernels }, (_, i) => center + spread * gaussian(seed, stream, i));
  return {
    gamma: near(1, 0.2, 401),
    beta: near(0, 0.2, 402),
    mean: near(0, 0.2, 403),
    variance: near(1, 0.1, 404),
    epsilon: 1e-5,
  };
}
