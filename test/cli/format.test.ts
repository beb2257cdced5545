import { describe, expect, it } from 'vitest';
import { number, share } from '../../src/cli/format.ts';

describe('numbers in the terminal', () => {
  it('are unknown where there is none', () => {
    expect([number(0), number(1 / 0), number(0 / 0)]).toEqual(['0', 'unknown', 'unknown']);
    expect([share(0), share(null), share(0 / 0)]).toEqual(['0.00 %', 'unknown', 'unknown']);
  });
});
