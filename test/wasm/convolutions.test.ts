// Convolutions in WebAssembly give the numbers of plain TypeScript, bit for bit.

import { afterEach, describe, expect, it } from 'vitest';
import type { FloatMap } from '../../src/core/feature-map.ts';
import { outputSize, positionsOf } from '../../src/core/window.ts';
import { resnet20 } from '../../src/network/builtin/resnet20.ts';
import { floatForward, toFloatMap } from '../../src/network/float-forward.ts';
import { type Convolve, convolvePlainly, convolveWith } from '../../src/network/ops/conv.ts';
import { openConvolutions, useWasmConvolutions } from '../../src/wasm/convolutions.ts';
import { drawFrom } from '../../src/measure/draw.ts';
import { randomWindow } from '../../src/measure/random-window.ts';
import { noise } from '../support/small-networks.ts';

/** A random convolution: half of its inputs are 0, as after a ReLU. */
function randomConvolution(seed: number) {
  const draw = drawFrom(seed);
  const floats = (length: number): Float32Array =>
    Float32Array.from({ length }, () => draw(-1000, 1000) / draw(1, 997));
  const input = { height: draw(1, 9), width: draw(1, 9), channels: draw(1, 20) };
  const window = randomWindow(draw, input);
  const [channels, kernels, images] = [input.channels, draw(1, 50), draw(1, 3)];
  const shape = { ...outputSize(window, input), channels: kernels, images };
  const size = images * input.height * input.width * channels;
  const weight = floats(kernels * channels * positionsOf(window));
  const tensors = draw(0, 1) === 0 ? { weight } : { weight, bias: floats(kernels) };
  const map: FloatMap = { ...input, images, data: floats(size).map((value) => Math.max(0, value)) };
  return { layer: { channels, kernels, window }, tensors, map, shape };
}

function outputOf(convolve: Convolve, seed: number): Float32Array {
  const { layer, tensors, map, shape } = randomConvolution(seed);
  const data = new Float32Array(shape.images * shape.height * shape.width * shape.channels);
  convolve(layer, tensors, map, { ...shape, data });
  return data;
}

afterEach(() => {
  convolveWith(undefined);
});

describe('convolutions in WebAssembly', () => {
  it.each([
    ['at once', {}],
    ['by 16 kernels after the other', { weightBytes: 1 }],
    ['where there is no memory', { maxMemory: 0 }],
  ])('give the same numbers, computed %s', async (_, options) => {
    const convolve = await openConvolutions(options);

    for (let seed = 0; seed < 25; seed++)
      expect(outputOf(convolve, seed), `seed ${seed}`).toEqual(outputOf(convolvePlainly, seed));
  });

  it('are those of forward passes when they are asked for', async () => {
    const network = resnet20({ width: 4 });
    const images = toFloatMap(noise(network.input, 2, 5));
    const expected = floatForward(network, images);
    let calls = 0;
    convolveWith((...parts) => {
      calls += 1;
      convolvePlainly(...parts);
    });
    floatForward(network, images);
    await useWasmConvolutions();

    expect(floatForward(network, images)).toEqual(expected);
    expect(calls).toBe(20);
  });
});
