// Which part of an experiment one process does, and in which order, so that points which share stages follow each other.

import { CimError } from '../core/errors.ts';
import { type ImageRange, imageRanges } from './image-range.ts';
import type { Point } from './point.ts';

/** Shard `index` of `count`, 1 ... count. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** A range of images of a point: what is computed, and written, at once. */
export interface Unit {
  readonly point: Point;
  readonly range: ImageRange;
  /** Whether the range is all images. */
  readonly isWhole: boolean;
}

/**
 * The shard of a text `k/n`.
 * @throws {CimError} (usage) when it is none
 */
export function readShard(text: string): Shard {
  const [, index, count] = /^(\d{1,7})\/(\d{1,7})$/.exec(text.trim()) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (index !== undefined && shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new CimError('usage', {
    what: `must be k/n with 1 <= k <= n, such as 3/8, not "${text}"`,
    where: 'shard',
  });
}

/**
 * The units of an experiment in the order in which they are done, the same for every shard.
 * @param parts ranges of images that each point is split into
 */
export function unitsOf(points: readonly Point[], parts: number): readonly Unit[] {
  return inStageOrder(points).flatMap((point) => {
    const ranges = imageRanges(point.settings.images, parts);
    return ranges.map((range) => ({ point, range, isWhole: ranges.length === 1 }));
  });
}

/** Every n-th unit, so that shards have about the same work. */
export const unitsOfShard = (units: readonly Unit[], { index, count }: Shard): readonly Unit[] =>
  units.filter((_, i) => i % count === index - 1);

/** Parts of a point that several processes share, and fewest images of one: what a part takes once must not weigh. */
const tailParts = 4;
const fewestShared = 64;

/**
 * The same units for so many processes that take turns: the last point of each is split by images, so that nobody is at a
 * whole point while the others have nothing left.
 */
export function shareTail(units: readonly Unit[], workers: number): readonly Unit[] {
  if (workers === 1) return units;
  return units.flatMap((unit, i) => {
    const parts = Math.min(tailParts, Math.floor(unit.range.count / fewestShared));
    if (!unit.isWhole || i < units.length - workers || parts < 2) return [unit];
    return imageRanges(unit.range.count, parts).map((range) => ({
      ...unit,
      range,
      isWhole: false,
    }));
  });
}

/** Points with the same compression next to each other, and among these points with the same mapping. */
function inStageOrder(points: readonly Point[]): readonly Point[] {
  const groups = new Map<string, Map<string, Point[]>>();
  for (const point of points) {
    const { chip, set, balance, indexCoding, chipSeed: _, ...compressing } = point.settings;
    const mapping = set.filter((text) => !text.startsWith('noise.'));
    const outer = JSON.stringify(compressing);
    const inner = JSON.stringify([chip, mapping, balance, indexCoding]);
    const group = groups.get(outer) ?? new Map<string, Point[]>();
    groups.set(outer, group);
    const list = group.get(inner) ?? [];
    group.set(inner, list);
    list.push(point);
  }
  return [...groups.values()].flatMap((group) => [...group.values()].flat());
}
