import { describe, expect, it } from 'vitest';
import { leftText } from '../../src/cli/terminal-bar.ts';

describe('times of long commands', () => {
  // cli-progress gives these until it has seen a first step.
  it.each(['0', 'INF', 'NULL', Infinity, Number.NaN])('of %s nothing is known', (seconds) => {
    expect(leftText(seconds)).toBe('?');
  });

  it('are told once they are known', () => {
    expect(leftText(12)).toBe('12 s');
  });
});
