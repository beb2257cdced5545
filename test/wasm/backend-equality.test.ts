// WebAssembly gives the reference's numbers, bit for bit.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReference } from '../../src/reference/reference-backend.ts';
import { chooseWay } from '../../src/wasm/choose-way.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import { openWasm } from '../../src/wasm/wasm-backend.ts';
import { type Fill, randomCase, type RandomCase, type Style } from '../support/random-program.ts';
import { poolCases } from '../support/pool-cases.ts';
import { type CaseResult, runCase } from '../support/run-case.ts';

const fills: readonly Fill[] = ['random', 'random', 'random', 'max', 'zero'];
const drawn = (count: number, style: Style): readonly RandomCase[] =>
  Array.from({ length: count }, (_, seed) => randomCase(seed, fills[seed % 5], style));

const cases: readonly RandomCase[] = [
  ...drawn(80, 'any'),
  ...drawn(80, 'mars'),
  ...drawn(80, 'other'),
  ...drawn(80, 'wide'),
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
  ]);
  for (const [way, count] of Object.entries(counts)) expect(count, way).toBeGreaterThan(9);
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
