import { describe, expect, it } from 'vitest';
import { leftText, timeText } from '../../src/cli/terminal-bar.ts';

describe('times of long commands', () => {
  it.each([
    [0, '0 s'],
    [3.14, '3.1 s'],
    [99, '99 s'],
    [100, '2 min'],
    [5999, '100 min'],
    [6000, '1.67 h'],
    [1e6, '278 h'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(timeText(seconds)).toBe(text);
  });

  // cli-progress gives these until it has seen a first step.
  it.each(['0', 'INF', 'NULL', Infinity, Number.NaN])('of %s nothing is known', (seconds) => {
    expect(leftText(seconds)).toBe('?');
  });

  it('are told once they are known', () => {
    expect(leftText(12)).toBe('12 s');
  });
});
