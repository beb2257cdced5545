// The steps of a macro-op end with the partial sum that is simulated, whatever the chip.

import { describe, expect, it } from 'vitest';
import type { MacroOp } from '../../../src/inspect/macro-op.ts';
import { framesOf, phaseSteps } from '../../../src/view/pieces/macro-op/macro-op-frames.ts';

const read = (sum: number, level: number, shift: number, saturated = false) => ({
  sum,
  analog: sum,
  code: level,
  level,
  value: level,
  saturated,
  shift,
});

/** Two word lines, two bit lines, two phases: inputs 3 and 2, weights -1 and 1. */
const op = {
  layer: 'conv',
  y: 4,
  x: 5,
  phases: 2,
  inputBitsPerPhase: 1,
  noisy: false,
  outsideMap: false,
  wordLines: [
    { activation: 3, digits: [1, 1] },
    { activation: 2, digits: [0, 1] },
  ],
  kernels: [
    {
      kernel: 7,
      partialSum: -1,
      value: -1,
      columns: [
        { factor: 1, cells: Uint8Array.of(1, 1), reads: [read(1, 1, 1), read(2, 1, 2, true)] },
        { factor: -2, cells: Uint8Array.of(1, 0), reads: [read(1, 1, -2), read(1, 1, -4)] },
      ],
    },
  ],
} as unknown as MacroOp;

describe('the steps of a macro-op', () => {
  const frames = framesOf(op, 0);

  it('are the inputs, five of each phase, and the partial sum', () => {
    expect(frames.map(({ step }) => step)).toEqual([
      'inputs',
      ...phaseSteps,
      ...phaseSteps,
      'pixel',
    ]);
    expect(frames.map(({ phase }) => phase)).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
  });

  it('add each phase to the accumulator once', () => {
    expect(frames.map(({ accumulated }) => accumulated)).toEqual([
      0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -3, -3,
    ]);
  });

  it('say what happens in numbers', () => {
    const texts = frames.map(({ text }) => text);
    expect(texts[1]).toBe('Phase 1 of 2: bit 0 of each input. 1 of 2 word lines switch on.');
    expect(texts[2]).toContain('2 cells here');
    expect(texts[9]).toContain('1 sum beyond its highest code is clipped');
    expect(texts[10]).toContain('−2 in this phase, −3 so far');
    expect(texts[11]).toContain('channel 7 of pixel (4, 5)');
  });

  it('are none of a kernel that the macro does not hold', () => {
    expect(framesOf(op, 1)).toEqual([]);
  });
});
