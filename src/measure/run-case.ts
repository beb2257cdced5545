// One macro program on a backend.

import type { FeatureMap } from '../core/feature-map.ts';
import type { CountedEvents } from '../simulate/activity.ts';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';

/** A program with an input that fits it. */
export interface MacroCase {
  readonly program: MacroProgram;
  readonly input: FeatureMap;
  /** Number of the first image of the input in its run. */
  readonly firstImage: number;
  readonly residual: FeatureMap | undefined;
}

/** What came of a case. */
export interface CaseResult {
  readonly values: Int32Array;
  readonly events: CountedEvents;
  readonly path: string;
}

/** Runs a case, and gives back everything. */
export async function runCase(backend: MacroBackend, one: MacroCase): Promise<CaseResult> {
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
