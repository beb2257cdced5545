import { describe, expect, it } from 'vitest';
import { findSteps } from '../../../../src/view/pieces/timeline/find-slices.ts';
import { layOutTracks } from '../../../../src/view/pieces/timeline/tracks.ts';
import { handMadeTimeline } from '../../support/hand-made-timeline.ts';

const tracks = layOutTracks(handMadeTimeline);
const found = (text: string): readonly string[] =>
  findSteps(tracks, text).map(({ track, slice }) => `${slice.kind} ${track} ${slice.start}`);

describe('search in a timeline', () => {
  it('finds the steps of a kind, by start', () => {
    expect(found('compute')).toEqual(['compute 3 15', 'compute 4 15']);
  });

  it('finds the steps of a layer by a part of its name, whatever the case', () => {
    expect(found('CONV')).toHaveLength(7);
    expect(found('conv1 drain')).toEqual(['drain 4 75', 'drain 3 95']);
  });

  it('finds nothing for nothing, and no part of a kind', () => {
    expect(found('  ')).toEqual([]);
    expect(found('comp')).toEqual([]);
  });
});
