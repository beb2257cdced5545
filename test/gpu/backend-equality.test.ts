// The GPU gives the reference's numbers, bit for bit, on every adapter that this machine has.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeatureMap } from '../../src/core/feature-map.ts';
import { choosePath } from '../../src/gpu/choose-path.ts';
import { type GpuBackend, openGpuBackend } from '../../src/gpu/gpu-backend.ts';
import { openDevice } from '../../src/gpu/open-gpu.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import type { CountedEvents } from '../../src/simulate/activity.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import { adapterKinds, tryAdapter } from '../support/adapters.ts';
import { everyNth } from '../support/long.ts';
import { type Fill, randomCase, type RandomCase, type Style } from '../support/random-program.ts';

const fills: readonly Fill[] = ['random', 'random', 'random', 'max', 'zero'];
const drawn = (count: number, style: Style): readonly RandomCase[] =>
  Array.from({ length: count }, (_, seed) => randomCase(seed, fills[seed % 5], style));

const cases: readonly RandomCase[] = [
  ...drawn(80, 'any'),
  ...drawn(80, 'mars'),
  ...drawn(80, 'other'),
];

/** Each case has kernels of its own, which software adapters compile for seconds; SwiftShader gets a tenth of them. */
const casesOn = (kind: string, shortcuts: boolean): readonly RandomCase[] => {
  const fitting = cases.filter(
    ({ program }) => shortcuts || choosePath(program, allPaths) !== 'bit lines',
  );
  if (kind === 'gpu') return fitting;
  return everyNth(
    9,
    fitting.filter((_, i) => kind !== 'swiftshader' || i % 10 === 0),
  );
};

const allPaths = { shortcuts: true, packedDotProducts: true };

async function run(
  backend: MacroBackend,
  one: RandomCase,
): Promise<{ values: Int32Array; events: CountedEvents }> {
  const prepared = await backend.prepare(one.program);
  const held = backend.upload(one.input, one.firstImage);
  const residual = one.residual && backend.upload(one.residual, one.firstImage);
  const result = backend.runMacro(prepared, held, residual);
  const values = await backend.download(result);
  const events = await backend.takeEvents(prepared);
  for (const map of [held, residual, result]) if (map) backend.release(map);
  return { values, events };
}

const ways = adapterKinds.flatMap((kind) => [
  { kind, shortcuts: true, title: `${kind}, with shortcuts` },
  { kind, shortcuts: false, title: `${kind}, every read through the ADC` },
]);

describe.each(ways)('on $title', ({ kind, shortcuts }) => {
  let backend: GpuBackend | undefined;
  let why = '';

  beforeAll(async () => {
    const found = await tryAdapter(kind);
    if (typeof found === 'string') {
      why = found;
      return;
    }
    const { device } = await openDevice(found.gpu);
    backend = await openGpuBackend(device, found.description, { shortcuts });
  });
  afterAll(async () => {
    await backend?.[Symbol.asyncDispose]();
  });

  it.for(casesOn(kind, shortcuts))('equals the reference in case $title', async (one, { skip }) => {
    const gpu = backend ?? skip(`no ${kind}: ${why}`);

    const expected = await run(openReference(), one);
    const actual = await run(gpu, one);

    expect(actual.values).toEqual(expected.values);
    expect(actual.events).toEqual(expected.events);
  });

  it.for(['maxPool', 'averagePool'] as const)(
    'equals the reference in %s',
    async (poolKind, { skip }) => {
      const gpu = backend ?? skip(`no ${kind}: ${why}`);
      const input: FeatureMap = {
        images: 3,
        height: 7,
        width: 6,
        channels: 5,
        bits: 8,
        data: Uint8Array.from({ length: 3 * 7 * 6 * 5 }, (_, i) => (i * 37 + (i >> 3)) & 255),
      };
      const size = poolKind === 'maxPool' ? 2 : 0;
      const outputShape =
        size === 0 ? { height: 1, width: 1, channels: 5 } : { height: 3, width: 3, channels: 5 };
      const layer = {
        kind: poolKind,
        name: 'pool',
        input: 'image',
        inputShape: input,
        outputShape,
        size,
      };
      const poolOn = (one: MacroBackend): Promise<Int32Array> =>
        one.download(one.runPool(layer, one.upload(input)));

      expect(await poolOn(gpu)).toEqual(await poolOn(openReference()));
    },
  );

  it('gives back every feature map', ({ skip }) => {
    const gpu = backend ?? skip(`no ${kind}: ${why}`);
    const before = gpu.pool.live;
    const map = { images: 1, height: 4, width: 4, channels: 1, bits: 8, data: new Uint8Array(16) };

    const held = gpu.upload(map);
    gpu.release(held);

    expect(gpu.pool.live - before).toBeLessThanOrEqual(1);
  });
});
