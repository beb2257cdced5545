// Layers whose strides, pads and dilations differ in each direction: every path on the GPU gives the reference's numbers.
// The layers of a path share its kernels, which software adapters compile for seconds.

import { describe, expect, it } from 'vitest';
import { choosePath } from '../../src/gpu/choose-path.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import type { CountedEvents } from '../../src/simulate/activity.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import type { MacroProgram } from '../../src/simulate/macro-program.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { toProgram } from '../../src/simulate/to-program.ts';
import { adapterKinds } from '../support/adapters.ts';
import { suiteBackend } from '../support/suite-backend.ts';
import { tries } from '../support/long.ts';
import { macroLayersOf, mapped } from '../support/mapped.ts';
import { plainOutputSize } from '../support/plain.ts';
import { drawFrom } from '../../src/measure/draw.ts';
import { randomWindow } from '../../src/measure/random-window.ts';
import { conv, linear, networkOf, noise, windowNetwork } from '../support/small-networks.ts';

const allPaths = { shortcuts: true, packedDotProducts: true };

/** Settings of a chip that lead to each path, and to each kernel of the path that reads bit lines. */
const chips = [
  { kernel: 'exact-mac', path: 'dot product', settings: [] },
  { kernel: 'clip-mac', path: 'dot product, clips corrected', settings: ['adc.bits=5'] },
  { kernel: 'tiled-mac', path: 'bit lines', settings: ['adc.bits=5', 'adc.step=1.25'] },
  { kernel: 'noisy-mac', path: 'bit lines', settings: ['noise.read=0.4', 'noise.offset=0.5'] },
  { kernel: 'analog-mac', path: 'bit lines', settings: ['noise.cell=0.1', 'noise.gain=0.05'] },
  {
    kernel: 'macro-mac',
    path: 'bit lines',
    settings: ['macro.inputBitsPerPhase=4', 'adc.step=3.5', 'noise.read=0.3'],
  },
] as const;

/** A layer with a random window over a map that is not square; with 3 channels it is packed. */
function layerWith(seed: number, channels: number, settings: readonly string[]): MacroProgram {
  const draw = drawFrom(seed);
  const input = { height: draw(3, 8), width: draw(3, 9), channels };
  const window = randomWindow(draw, input);
  const { height, width } = plainOutputSize(window, input);
  const network = networkOf(`windows ${seed}`, input, 2, [
    conv({ name: 'conv', input: 'image', channels, kernels: 18, window, bias: true, seed }),
    linear({ name: 'fc', input: 'conv', inputs: 18 * height * width, outputs: 2 }),
  ]);
  const mapping = mapped(network, { settings, prunedGroups: 0.2 });
  return toProgram(mapping, macroLayersOf(mapping)[0]!);
}

const seeds = Array.from({ length: tries(8, 40) }, (_, seed) => seed);

async function run(
  backend: MacroBackend,
  program: MacroProgram,
): Promise<{ values: Int32Array; events: CountedEvents; path: string }> {
  const prepared = await backend.prepare(program);
  const input = backend.upload(noise(program.input, 2), 3);
  const result = backend.runMacro(prepared, input, undefined);
  const values = await backend.download(result);
  const events = await backend.takeEvents(prepared);
  for (const held of [input, result, prepared]) backend.release(held);
  return { values, events, path: prepared.path };
}

describe.each(adapterKinds)('windows on adapter %s', (kind) => {
  const gpuOf = suiteBackend(kind);

  it.for(chips.flatMap((chip) => [3, 20].map((channels) => ({ ...chip, channels }))))(
    'give the sums and events of the reference by $kernel, of $channels channels',
    async ({ path, settings, channels, kernel }, { skip }) => {
      const gpu = gpuOf(skip);
      if (kind === 'swiftshader' && kernel !== 'exact-mac') skip('takes long to compile kernels');
      for (const seed of seeds) {
        const program = layerWith(seed, channels, settings);

        const actual = await run(gpu, program);
        const expected = await run(openReference(), program);

        const title = `${program.name}: ${JSON.stringify([program.patch, program.kernel])}`;
        expect(actual.path, title).toBe(path);
        expect(actual.values, title).toEqual(expected.values);
        expect(actual.events, title).toEqual(expected.events);
      }
    },
  );

  it('give the outputs and the activity of the reference in a whole network', async ({ skip }) => {
    const gpu = gpuOf(skip);
    const mapping = mapped(windowNetwork(), { settings: ['adc.bits=5'] });
    const images = noise(mapping.network.input, 3);

    const actual = await simulate(mapping, images, { backend: gpu, batch: 2 });
    const expected = await simulate(mapping, images, { backend: openReference() });

    expect(actual.outputs).toEqual(expected.outputs);
    expect(actual.activity).toEqual(expected.activity);
  });
});

describe('choosePath', () => {
  it('takes the same path whatever the window', () => {
    for (const { settings, path } of chips)
      for (const seed of seeds)
        expect(choosePath(layerWith(seed, 20, settings), allPaths)).toBe(path);
  });
});
