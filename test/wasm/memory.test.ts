// Blocks of linear memory: none overlaps another, what is given back is used again, and the limit holds.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasKind } from '../../src/core/errors.ts';
import { Memory } from '../../src/wasm/memory.ts';
import { holds } from '../support/property.ts';

const page = 65536;

/** A linear memory that only counts. */
function counted(pages = 1) {
  let buffer = new ArrayBuffer(pages * page);
  return {
    get buffer() {
      return buffer;
    },
    grow(more: number): number {
      const before = buffer.byteLength / page;
      buffer = new ArrayBuffer(buffer.byteLength + more * page);
      return before;
    },
  };
}

describe('Memory', () => {
  it('hands out blocks that do not overlap, whatever is given back', () => {
    const steps = fc.array(fc.tuple(fc.nat(3 * page), fc.nat(20)), { maxLength: 60 });
    holds(
      fc.property(steps, (taken) => {
        const memory = new Memory(counted(), 1000);
        const held: { first: number; end: number }[] = [];
        for (const [bytes, index] of taken) {
          if (index < held.length) {
            memory.give(held[index]!.first);
            held.splice(index, 1);
          }
          const first = memory.take(bytes, 'x');
          expect(first % 16).toBe(0);
          expect(first).toBeGreaterThanOrEqual(1000);
          expect(first + bytes).toBeLessThanOrEqual(memory.size);
          for (const other of held)
            expect(first >= other.end || first + Math.max(1, bytes) <= other.first).toBe(true);
          held.push({ first, end: first + bytes });
        }
      }),
    );
  });

  it('uses again what was given back', () => {
    const memory = new Memory(counted(), 16);
    const blocks = Array.from({ length: 10 }, () => memory.take(5 * page, 'x'));
    const { size } = memory;

    for (const block of blocks) memory.give(block);
    const whole = memory.take(50 * page, 'x');

    expect(whole).toBe(blocks[0]);
    expect(memory.size).toBe(size);
  });

  it('says what is allowed where there is no more', () => {
    const memory = new Memory(counted(), 0, 4 * page);
    memory.take(2 * page, 'conv1');

    const refused = (): unknown => memory.take(3 * page, 'conv2');

    expect(refused).toThrow(/^conv2: needs 196608 bytes beside the \d+ in use; .* 262144 allowed/);
    try {
      refused();
    } catch (error) {
      expect(hasKind(error, 'memory')).toBe(true);
    }
    expect(memory.take(2 * page, 'conv3')).toBeGreaterThan(0);
  });
});
