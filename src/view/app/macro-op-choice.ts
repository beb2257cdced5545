// The macro-op that a person looks at, in whichever stage: chosen in the macro array, stepped through in Simulate.

import { chooseMacroOp, type MacroOpField, middlePixel } from '../../inspect/choose-macro-op.ts';
import type { MacroArray } from '../../inspect/macro-array.ts';
import type { MacroOpChoice } from '../../inspect/macro-op.ts';
import type { MacroSelection } from '../pieces/macro-array/macro-array-types.ts';

/** A macro, and what is typed about it. */
export interface LookedAt {
  readonly macro: MacroSelection;
  readonly typed: Readonly<Record<MacroOpField, string>>;
  /** Number of the kernel in its layer; undefined: the first of the macro. */
  readonly kernel: number | undefined;
}

let last: LookedAt | undefined;

/** Remembers what a person looks at. */
export function lookAt(next: LookedAt | undefined): void {
  last = next;
}

/** What was looked at last, where this array has it; else the middle of its second layer. */
export function lookedAt(
  array: MacroArray,
  images: number,
): { readonly looked: LookedAt; readonly choice: MacroOpChoice } | undefined {
  for (const looked of [last, firstOf(array)]) {
    if (!looked) continue;
    const found = chooseMacroOp(array, looked.macro, looked.typed, images);
    if (found && 'choice' in found) return { looked, choice: found.choice };
  }
  return undefined;
}

function firstOf(array: MacroArray): LookedAt | undefined {
  const index = array.fillings.findIndex(
    ({ layer }) => layer === Math.min(1, array.layers.length - 1),
  );
  const filling = array.fillings[index];
  const [held, run] = [filling?.macros[0], filling?.runs[0]];
  if (!held || !run) return undefined;
  const macro = { filling: index, core: run.core, macro: held.macro };
  const { y, x } = middlePixel(array, macro) ?? { y: 0, x: 0 };
  return { macro, typed: { slot: '0', image: '0', y: String(y), x: String(x) }, kernel: undefined };
}
