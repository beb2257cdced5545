// Windows of any kind, for property tests.

import fc from 'fast-check';
import type { Window } from '../../src/core/window.ts';

const from = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

/** Any window, which need not fit. */
export const anyWindow: fc.Arbitrary<Window> = fc.record({
  height: from(1, 4),
  width: from(1, 5),
  strides: fc.tuple(from(1, 3), from(1, 3)),
  pads: fc.tuple(from(0, 3), from(0, 3), from(0, 3), from(0, 3)),
  dilations: fc.tuple(from(1, 3), from(1, 3)),
});
