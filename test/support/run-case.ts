// A random case on a backend: its outputs, and the events that were counted.

import type { RandomCase } from '../../src/measure/random-program.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';

/** Runs a case, and gives back what the backend held for it. */
export async function runCase(backend: MacroBackend, one: RandomCase): Promise<object> {
  const prepared = await backend.prepare(one.program);
  const held = backend.upload(one.input, one.firstImage);
  const residual = one.residual && backend.upload(one.residual, one.firstImage);
  const result = backend.runMacro(prepared, held, residual);
  const values = await backend.download(result);
  const events = await backend.takeEvents(prepared);
  for (const map of [held, residual, result]) if (map) backend.release(map);
  backend.release(prepared);
  return { values, events };
}
