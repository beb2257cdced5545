// One random case on a backend.

import type { CountedEvents } from '../../src/simulate/activity.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import type { RandomCase } from './random-program.ts';

/** What came of a case. */
export interface CaseResult {
  readonly values: Int32Array;
  readonly events: CountedEvents;
  readonly path: string;
}

/** Runs a case, and gives back everything. */
export async function runCase(backend: MacroBackend, one: RandomCase): Promise<CaseResult> {
  const prepared = await backend.prepare(one.program);
  const held = backend.upload(one.input, one.firstImage);
  const residual = one.residual && backend.upload(one.residual, one.firstImage);
  const result = backend.runMacro(prepared, held, residual);
  const values = await backend.download(result);
  const events = await backend.takeEvents(prepared);
  for (const map of [held, residual, result]) if (map) backend.release(map);
  const { path } = prepared;
  backend.release(prepared);
  return { values, events, path };
}
