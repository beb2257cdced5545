// WebAssembly gives the reference's numbers, bit for bit.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReference } from '../../src/reference/reference-backend.ts';
import type { CountedEvents } from '../../src/simulate/activity.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import { openWasm, type WasmBackend } from '../../src/wasm/wasm-backend.ts';
import { type Fill, randomCase, type RandomCase, type Style } from '../support/random-program.ts';

const fills: readonly Fill[] = ['random', 'random', 'random', 'max', 'zero'];
const drawn = (count: number, style: Style): readonly RandomCase[] =>
  Array.from({ length: count }, (_, seed) => randomCase(seed, fills[seed % 5], style));

const cases: readonly RandomCase[] = [
  ...drawn(80, 'any'),
  ...drawn(80, 'mars'),
  ...drawn(80, 'other'),
  ...drawn(80, 'wide'),
];

async function run(
  backend: MacroBackend,
  one: RandomCase,
): Promise<{ values: Int32Array; events: CountedEvents; path: string }> {
  const prepared = await backend.prepare(one.program);
  const held = backend.upload(one.input, one.firstImage);
  const residual = one.residual && backend.upload(one.residual, one.firstImage);
  const result = backend.runMacro(prepared, held, residual);
  const values = await backend.download(result);
  const events = await backend.takeEvents(prepared);
  for (const map of [held, residual, result]) if (map) backend.release(map);
  backend.release(prepared);
  return { values, events, path: prepared.path };
}

describe.each([true, false])('with shortcuts: %s', (shortcuts) => {
  let wasm: WasmBackend;
  beforeAll(async () => {
    wasm = await openWasm({ shortcuts });
  });
  afterAll(async () => {
    await wasm[Symbol.asyncDispose]();
  });

  it.for(cases)('equals the reference in case $title', async (one) => {
    const expected = await run(openReference(), one);
    const actual = await run(wasm, one);

    expect(actual.values).toEqual(expected.values);
    expect(actual.events).toEqual(expected.events);
  });
});
