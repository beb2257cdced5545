import { describe, expect, it } from 'vitest';
import { describeSlice } from '../../../../src/view/pieces/timeline/describe-slice.ts';
import {
  nextMatch,
  pressKey,
  search,
  type TimelineState,
  wholeFrame,
} from '../../../../src/view/pieces/timeline/timeline-state.ts';
import { handMadeTimeline } from '../../support/hand-made-timeline.ts';

const press = (keys: readonly string[]): TimelineState =>
  keys.reduce((state, key) => pressKey(state, key)!, wholeFrame(handMadeTimeline));
const chosen = ({ chosen }: TimelineState): string =>
  chosen ? describeSlice(chosen, handMadeTimeline) : '';

describe('keys on a timeline', () => {
  it('go from step to step on core 0 and tell what it is', () => {
    expect(chosen(press(['.']))).toBe(
      'load, conv1; core 0; kernel tile 0, weight load 0, 4 groups; 15 cycles (150 ns) from cycle 0',
    );
    expect(chosen(press(['.', '.']))).toBe(
      'compute, conv1; core 0; kernel tile 0, weight load 0, 4 groups; 80 cycles (800 ns) from cycle 15; 20 of them stalled',
    );
    expect(chosen(press(['.', '.', ',']))).toBe(chosen(press(['.'])));
  });

  it('stop at the ends', () => {
    expect(chosen(press(['.', ',']))).toBe(chosen(press(['.'])));
    expect(press(['.', '.', '.', '.', '.', '.', '.']).chosen?.slice.kind).toBe('pool');
  });

  it('change the track at the same time, past empty ones', () => {
    const wait = press(['.', '.', '.', 'ArrowDown']);
    expect(wait.chosen?.slice).toMatchObject({ kind: 'wait', start: 80 });

    const memory = press(['.', '.', 'ArrowUp']);
    expect(chosen(memory)).toBe(
      'written by conv1: 100 cycles (1 µs) from cycle 0, 66.67 % of the frame',
    );
  });

  it('zoom about the chosen step, move and go back to the whole frame', () => {
    const near = press(['.', '.', '+', '+']);
    expect(near.range).toEqual({ from: 41.25, to: 78.75 });
    expect(press(['+', 'Home']).range).toEqual({ from: 0, to: 75 });
    expect(press(['+', 'End']).range).toEqual({ from: 75, to: 150 });
    expect(press(['+', 'ArrowLeft']).range).toEqual({ from: 28.125, to: 103.125 });
    expect(press(['+', '+', '0']).range).toEqual({ from: 0, to: 150 });
  });

  it('without a meaning are left to the page', () => {
    expect(pressKey(wholeFrame(handMadeTimeline), 'Tab')).toBe(undefined);
  });
});

describe('Enter in the search of a timeline', () => {
  it('goes through the matches and round again', () => {
    let state = search(wholeFrame(handMadeTimeline), 'drain');
    expect(state.matches).toHaveLength(2);

    state = nextMatch(state, 1);
    expect([state.match, state.chosen?.slice.start]).toEqual([0, 75]);
    state = nextMatch(state, 1);
    expect([state.match, state.chosen?.slice.start]).toEqual([1, 95]);
    expect(nextMatch(state, 1).match).toBe(0);
    expect(nextMatch(nextMatch(state, 1), -1).match).toBe(1);
  });

  it('goes nowhere without matches', () => {
    const state = search(wholeFrame(handMadeTimeline), 'nothing');

    expect(nextMatch(state, 1)).toBe(state);
  });
});
