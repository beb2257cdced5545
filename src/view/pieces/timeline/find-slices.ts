// Search in a timeline: which steps belong to a layer or are of a kind.

import type { Slice, Track } from './tracks.ts';

/** A slice, with the number of its track. */
export interface Match {
  readonly track: number;
  readonly slice: Slice;
  /** How many slices of the track share the pixel that was pointed at; undefined where none was. */
  readonly sharing?: number;
}

/**
 * Steps whose kind is `text` or whose layer has `text` in its name, whatever the case, by start; several words must all
 * fit. None for an empty text.
 */
export function findSteps(tracks: readonly Track[], text: string): readonly Match[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const fits = ({ layer, kind }: Slice): boolean =>
    words.every((word) => kind === word || layer.toLowerCase().includes(word));
  return tracks
    .flatMap(({ slices }, track) =>
      slices
        .filter((slice) => slice.step !== undefined && fits(slice))
        .map((slice) => ({ track, slice })),
    )
    .sort((a, b) => a.slice.start - b.slice.start || a.track - b.track);
}
