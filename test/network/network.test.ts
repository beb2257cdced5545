import { describe, expect, it } from 'vitest';
import { symmetricWindow, tilingWindow, type Window } from '../../src/core/window.ts';
import type { ConvLayer, Layer } from '../../src/network/layer.ts';
import { checkNetwork, layerShapes, type Network } from '../../src/network/network.ts';
import { caught } from '../support/caught.ts';
import { conv, linear, networkOf, tourNetwork } from '../support/small-networks.ts';

const input = { height: 6, width: 5, channels: 2 };
const first = conv({ name: 'first', input: 'image', channels: 2, kernels: 4, batchNorm: true });
const second = conv({
  name: 'second',
  input: 'first',
  channels: 4,
  kernels: 4,
  bias: true,
  residual: { input: 'first', stride: 1, channelOffset: 0 },
});
const last = linear({ name: 'last', input: 'second', inputs: 120, outputs: 3 });

/** The three layers with one of them changed. */
function changed(name: 'first' | 'second' | 'last', change: Partial<ConvLayer>): Network {
  const layers = [first, second, last].map(
    (layer) => (layer.name === name ? { ...layer, ...change } : layer) as Layer,
  );
  return networkOf('net', input, 3, layers);
}

describe('layerShapes', () => {
  it('gives the shape of every map of the tour', () => {
    const shapes = Object.fromEntries(layerShapes(tourNetwork()));

    expect(shapes).toEqual({
      image: { height: 9, width: 8, channels: 3 },
      stem: { height: 9, width: 8, channels: 18 },
      half: { height: 5, width: 4, channels: 24 },
      pool: { height: 2, width: 2, channels: 24 },
      main: { height: 2, width: 2, channels: 20 },
      skip: { height: 2, width: 2, channels: 20 },
      join: { height: 2, width: 2, channels: 20 },
      mean: { height: 1, width: 1, channels: 20 },
      fc: { height: 1, width: 1, channels: 5 },
    });
  });
});

describe('checkNetwork', () => {
  it('accepts a network that fits', () => {
    expect(() => checkNetwork(tourNetwork())).not.toThrow();
    expect(() => checkNetwork(networkOf('net', input, 3, [first, second, last]))).not.toThrow();
  });

  it.each<[string, 'first' | 'second' | 'last', Partial<ConvLayer>]>([
    ['reads a layer that does not exist', 'second', { input: 'nowhere' }],
    ['reads itself', 'second', { input: 'second' }],
    ['reads a later layer', 'first', { input: 'second' }],
    ['has the name of another', 'second', { name: 'first' }],
    ['has the name of the input', 'first', { name: 'image' }],
    ['wants other channels', 'second', { channels: 3 }],
    ['has a kernel larger than its input', 'first', { window: { ...first.window, height: 9 } }],
    ['has a dilation of zero', 'first', { window: { ...first.window, dilations: [0, 1] } }],
    [
      'has holes that make it too large',
      'first',
      { window: { ...first.window, dilations: [1, 9] } },
    ],
    ['has a pad below zero', 'first', { window: { ...first.window, pads: [1, 1, 1, -1] } }],
    ['has too few weights', 'first', { weights: new Float32Array(71) }],
    ['has too many weights', 'last', { weights: new Float32Array(361) }],
    ['has a weight that is no number', 'first', { weights: new Float32Array(72).fill(NaN) }],
    ['has an infinite bias', 'second', { bias: new Float32Array(4).fill(Infinity) }],
    ['has too few biases', 'second', { bias: new Float32Array(3) }],
    [
      'has a negative variance',
      'first',
      { batchNorm: { ...first.batchNorm!, variance: Float32Array.of(1, 1, -1, 1) } },
    ],
    [
      'has too few means',
      'first',
      { batchNorm: { ...first.batchNorm!, mean: new Float32Array(3) } },
    ],
    [
      'adds a layer that does not exist',
      'second',
      { residual: { input: 'nowhere', stride: 1, channelOffset: 0 } },
    ],
    [
      'adds a map at a stride that does not fit',
      'second',
      { residual: { input: 'first', stride: 2, channelOffset: 0 } },
    ],
    [
      'adds a map beyond its channels',
      'second',
      { residual: { input: 'first', stride: 1, channelOffset: 1 } },
    ],
    [
      'adds a map below its channels',
      'second',
      { residual: { input: 'first', stride: 1, channelOffset: -1 } },
    ],
    ['has a stride of zero', 'first', { window: { ...first.window, strides: [0, 1] } }],
  ])('names network and layer of a layer that %s', (_, name, change) => {
    const error = caught(() => checkNetwork(changed(name, change)));

    expect(error.kind).toBe('network');
    expect(error.where).toEqual(['net', change.name ?? name]);
    expect(error.message.startsWith(`net > ${change.name ?? name}: `)).toBe(true);
  });

  it('refuses a network whose last layer does not give one value per class', () => {
    const error = caught(() => checkNetwork(networkOf('net', input, 4, [first, second, last])));

    expect(error.where).toEqual(['net', 'last']);
    expect(error.what).toContain('1x1x3');
  });

  it('refuses a network whose last layer gives a map', () => {
    expect(caught(() => checkNetwork(networkOf('net', input, 4, [first]))).what).toContain('6x5x4');
  });

  it('refuses a network without layers', () => {
    expect(caught(() => checkNetwork(networkOf('net', input, 3, []))).message).toBe(
      'net: has no layers',
    );
  });

  it.each<[string, Window]>([
    ['larger than its map', tilingWindow(9)],
    ['with pads as large as its window', symmetricWindow(2, 2, { padding: 2 })],
    [
      'whose first column of windows lies in the padding',
      { ...symmetricWindow(2, 2), pads: [0, 1, 0, 1], dilations: [1, 6] },
    ],
  ])('refuses a pool %s', (_, window) => {
    const pool: Layer = { kind: 'maxPool', name: 'pool', input: 'image', window };

    expect(caught(() => layerShapes(networkOf('net', input, 3, [pool]))).where).toEqual([
      'net',
      'pool',
    ]);
  });
});
