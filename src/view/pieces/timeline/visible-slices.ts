// What of a track is drawn: slices of a pixel or more as they are; narrower ones together, each pixel showing what its
// cycles went to.

import { firstAfter, type Slice, type SliceKind, type Track } from './tracks.ts';
import type { CycleRange } from './view-range.ts';

/** A slice wide enough to be seen. */
export interface WideSlice {
  readonly slice: Slice;
  /** Pixels from the left of the view; may begin before it or end behind it. */
  readonly x: number;
  readonly width: number;
}

/** A pixel that several narrow slices share. */
export interface MixedPixel {
  readonly x: number;
  /** Share of the pixel's cycles by kind; the rest is nothing. */
  readonly shares: ReadonlyMap<SliceKind, number>;
}

/** A track as it is drawn. */
export interface VisibleSlices {
  readonly wide: readonly WideSlice[];
  readonly mixed: readonly MixedPixel[];
}

/** Slices of a track in `range` on `width` pixels. */
export function visibleSlices(track: Track, range: CycleRange, width: number): VisibleSlices {
  const scale = width / (range.to - range.from);
  const wide: WideSlice[] = [];
  const pixels = new Map<number, Map<SliceKind, number>>();
  for (let i = firstAfter(track.slices, range.from); i < track.slices.length; i++) {
    const slice = track.slices[i];
    if (!slice || slice.start >= range.to) break;
    const x = (slice.start - range.from) * scale;
    const sliceWidth = (slice.end - slice.start) * scale;
    if (sliceWidth >= 1) wide.push({ slice, x, width: sliceWidth });
    else addShares(pixels, slice.kind, { from: x, to: x + sliceWidth });
  }
  return { wide, mixed: [...pixels].map(([x, shares]) => ({ x, shares })) };
}

/** A slice narrower than a pixel lies on one or two of them. */
function addShares(
  pixels: Map<number, Map<SliceKind, number>>,
  kind: SliceKind,
  piece: { readonly from: number; readonly to: number },
): void {
  const first = Math.floor(piece.from);
  const border = Math.min(piece.to, first + 1);
  add(pixels, { x: first, kind, share: border - piece.from });
  if (piece.to > border) add(pixels, { x: first + 1, kind, share: piece.to - border });
}

function add(
  pixels: Map<number, Map<SliceKind, number>>,
  { x, kind, share }: { readonly x: number; readonly kind: SliceKind; readonly share: number },
): void {
  const shares = pixels.get(x) ?? new Map<SliceKind, number>();
  shares.set(kind, (shares.get(kind) ?? 0) + share);
  pixels.set(x, shares);
}
