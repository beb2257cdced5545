import { describe, expect, it } from 'vitest';
import { estimate } from '../../../../src/pipeline/estimate.ts';
import { mars, setChipValues } from '../../../../src/chips/index.ts';
import { resnet20 } from '../../../../src/network/builtin/resnet20.ts';
import {
  countBetween,
  firstAfter,
  layOutTracks,
  sliceAt,
} from '../../../../src/view/pieces/timeline/tracks.ts';
import { handMadeTimeline } from '../../support/hand-made-timeline.ts';

describe('tracks', () => {
  const tracks = layOutTracks(handMadeTimeline);

  it('are the layers, the memories that are used, then the cores', () => {
    expect(tracks.map(({ name }) => name)).toEqual([
      'layers',
      'bank 0',
      'bank 1',
      'core 0',
      'core 1',
    ]);
    expect(tracks[1]!.slices.map(({ label }) => label)).toEqual([
      'read by conv1',
      'written by pool1',
    ]);
    expect(tracks[4]!.slices.map(({ kind, start, end }) => [kind, start, end])).toEqual([
      ['load', 0, 15],
      ['compute', 15, 75],
      ['drain', 75, 80],
      ['wait', 80, 100],
      ['pool', 100, 150],
    ]);
  });

  it('show the power of each layer as high as its share of the largest', () => {
    const power = new Map([
      ['conv1', 8],
      ['pool1', 2],
    ]);
    const own = layOutTracks(handMadeTimeline, power).find(({ name }) => name === 'power')!;
    expect(own.slices.map(({ layer, level, label }) => [layer, level, label])).toEqual([
      ['conv1', 1, '8 mW'],
      ['pool1', 0.25, '2 mW'],
    ]);
  });

  it('find the slice at a cycle; an end belongs to the next', () => {
    const [core] = [tracks[4]!];

    expect(firstAfter(core.slices, 75)).toBe(2);
    expect(sliceAt(core, 75, 0)?.kind).toBe('drain');
    expect(sliceAt(core, 149.9, 0)?.kind).toBe('pool');
    expect(sliceAt(core, 151, 0)).toBe(undefined);
    expect(sliceAt(core, 151, 2)?.kind).toBe('pool');
  });

  it('count the slices between two cycles', () => {
    const core = tracks[4]!;

    expect(countBetween(core, 14, 81)).toBe(4);
    expect(countBetween(core, 15, 75)).toBe(1);
    expect(countBetween(core, 150, 200)).toBe(0);
  });

  it('of macros in halves never have slices that overlap: loads have tracks of their own', () => {
    const { timeline } = estimate({
      network: resnet20({ seed: 1 }),
      chip: setChipValues(mars, ['controller.overlap=macroPingPong']),
      weightBits: 8,
      activationBits: 8,
      prunedGroups: 0.5,
    });
    const own = layOutTracks(timeline);

    expect(own.map(({ name }) => name)).toContain('core 3 loads');
    for (const { name, slices } of own)
      slices.forEach((slice, i) => {
        if (i > 0) expect(slice.start, name).toBeGreaterThanOrEqual(slices[i - 1]!.end);
      });
    expect(own.flatMap(({ slices }) => slices.filter(({ step }) => step))).toHaveLength(
      timeline.steps.filter(({ cycles }) => cycles > 0).length,
    );
  });
});
