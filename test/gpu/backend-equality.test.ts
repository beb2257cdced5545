// The GPU gives the reference's numbers, bit for bit, on every adapter that this machine has.

import { describe, expect, it } from 'vitest';
import { choosePath } from '../../src/gpu/choose-path.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import { adapterKinds } from '../support/adapters.ts';
import { suiteBackend } from '../support/suite-backend.ts';
import { everyNth } from '../support/long.ts';
import {
  type Fill,
  randomCase,
  type RandomCase,
  type Style,
} from '../../src/measure/random-program.ts';
import { poolCases } from '../support/pool-cases.ts';
import { runCase } from '../../src/measure/run-case.ts';

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

const ways = adapterKinds.flatMap((kind) => [
  { kind, shortcuts: true, title: `${kind}, with shortcuts` },
  { kind, shortcuts: false, title: `${kind}, every read through the ADC` },
]);

describe.each(ways)('on $title', ({ kind, shortcuts }) => {
  const gpuOf = suiteBackend(kind, { shortcuts });

  it.for(casesOn(kind, shortcuts))('equals the reference in case $title', async (one, { skip }) => {
    const gpu = gpuOf(skip);

    const expected = await runCase(openReference(), one);
    const actual = await runCase(gpu, one);

    expect(actual.values).toEqual(expected.values);
    expect(actual.events).toEqual(expected.events);
  });

  it.for(poolCases)('equals the reference in $title', async ({ layer, input }, { skip }) => {
    const gpu = gpuOf(skip);
    const poolOn = (one: MacroBackend): Promise<Int32Array> =>
      one.download(one.runPool(layer, one.upload(input)));

    expect(await poolOn(gpu)).toEqual(await poolOn(openReference()));
  });

  it('gives back every feature map', ({ skip }) => {
    const gpu = gpuOf(skip);
    const before = gpu.pool.live;
    const map = { images: 1, height: 4, width: 4, channels: 1, bits: 8, data: new Uint8Array(16) };

    const held = gpu.upload(map);
    gpu.release(held);

    expect(gpu.pool.live - before).toBeLessThanOrEqual(1);
  });
});
