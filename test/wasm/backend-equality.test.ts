// WebAssembly gives the reference's numbers, bit for bit.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { levelledAdc } from '../../src/inspect/adc-range.ts';
import { drawFrom } from '../../src/measure/draw.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { largestSum } from '../../src/simulate/macro-program.ts';
import { chooseWay, levelsOfSums } from '../../src/wasm/choose-way.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import { openWasm } from '../../src/wasm/wasm-backend.ts';
import {
  type Fill,
  randomCase,
  type RandomCase,
  type Style,
} from '../../src/measure/random-program.ts';
import { poolCases } from '../support/pool-cases.ts';
import { type CaseResult, runCase } from '../../src/measure/run-case.ts';

const fills: readonly Fill[] = ['random', 'random', 'random', 'max', 'zero'];
const drawn = (count: number, style: Style): readonly RandomCase[] =>
  Array.from({ length: count }, (_, seed) => randomCase(seed, fills[seed % 5], style));

/** The same without noise, with an ADC whose levels are fitted to sums that are drawn, as `adc.range=table` fits them. */
function fitted(one: RandomCase, seed: number): RandomCase {
  const draw = drawFrom(seed + 0x6000_0000);
  const counts = Array.from({ length: largestSum(one.program) + 1 }, () => draw(0, 1000));
  const adc = levelledAdc(counts, 2 ** draw(1, 5));
  const program = { ...one.program, adc, noise: undefined };
  return { ...one, title: `${one.title}, fitted to ${adc.values.length} levels`, program };
}
const fittedCases = (['any', 'mars', 'wide'] as const)
  .flatMap((style) => drawn(30, style))
  .map(fitted);

const cases: readonly RandomCase[] = [
  ...drawn(80, 'any'),
  ...drawn(80, 'mars'),
  ...drawn(80, 'other'),
  ...drawn(80, 'wide'),
  ...fittedCases,
  // Patches of one pixel with strides and pads.
  ...([82, 102] as const).flatMap((seed) =>
    (['any', 'mars', 'wide', 'other'] as const).map((style) => randomCase(seed, 'random', style)),
  ),
];

it('has cases of every way', () => {
  const ways = [true, false].flatMap((shortcuts) =>
    cases.map(({ program }) => chooseWay(program, shortcuts)),
  );
  const counts = Object.fromEntries(
    ways.map((way) => [way, ways.filter((one) => one === way).length]),
  );

  expect(Object.keys(counts).toSorted()).toEqual([
    'analog',
    'clips',
    'dot',
    'dotLessClips',
    'general',
    'levels',
    'table',
    'wideAnalog',
  ]);
  for (const [way, count] of Object.entries(counts)) expect(count, way).toBeGreaterThan(9);
});

it('has tables of every size', () => {
  const tables = fittedCases
    .filter(({ program }) => chooseWay(program, true) === 'table')
    .map(({ program }) => levelsOfSums(program));
  // Blocks of 16 sums, and levels of one byte or two.
  const sizes = new Set(
    tables.map((levels) => `${Math.min(3, levels.length >> 4)} ${(levels.at(-1) ?? 0) > 255}`),
  );

  expect([...sizes].toSorted()).toEqual(
    [0, 1, 2, 3].flatMap((blocks) => [`${blocks} false`, `${blocks} true`]),
  );
});

/** What the reference gives, once for both ways of computing. */
const expectations = new Map<RandomCase, Promise<CaseResult>>();
const expectedOf = (one: RandomCase): Promise<CaseResult> => {
  const expected = expectations.get(one) ?? runCase(openReference(), one);
  expectations.set(one, expected);
  return expected;
};

describe.each([true, false])('with shortcuts: %s', (shortcuts) => {
  let wasm: MacroBackend;
  beforeAll(async () => {
    wasm = await openWasm({ shortcuts });
  });
  afterAll(async () => {
    await wasm[Symbol.asyncDispose]();
  });

  it.for(cases)('equals the reference in case $title', async (one) => {
    const expected = await expectedOf(one);
    const actual = await runCase(wasm, one);

    expect(actual.values).toEqual(expected.values);
    expect(actual.events).toEqual(expected.events);
  });

  it.for(poolCases)('equals the reference in $title', async ({ layer, input }) => {
    const poolOn = (one: MacroBackend): Promise<Int32Array> =>
      one.download(one.runPool(layer, one.upload(input)));

    expect(await poolOn(wasm)).toEqual(await poolOn(openReference()));
  });
});
