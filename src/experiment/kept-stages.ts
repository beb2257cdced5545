// Results of stages by what they were made from: points that read the same settings share them.

import { type ImageRange, isWithin } from './image-range.ts';

/** Gives the result of `key`, and makes it where it is not there. */
export type KeptResults<T> = (key: string, make: () => T | Promise<T>) => Promise<T>;

/** Results of one stage; only the `most` that were asked for last are kept. What fails is not kept. */
export function keepResults<T>(most: number): KeptResults<T> {
  const results = new Map<string, Promise<T>>();
  return async (key, make) => {
    const found = results.get(key) ?? Promise.resolve().then(make);
    results.delete(key);
    results.set(key, found);
    const [oldest] = results.keys();
    if (results.size > most && oldest !== undefined) results.delete(oldest);
    try {
      return await found;
    } catch (error) {
      results.delete(key);
      throw error;
    }
  };
}

/** Gives a value per image of `range`, and makes them where no range that holds it is there. */
export type KeptRanges = (
  key: string,
  range: ImageRange,
  make: () => Promise<Uint16Array>,
) => Promise<Uint16Array>;

/** Values per image; only the `most` ranges that were asked for last are kept. For a range without images nothing is made. */
export function keepRanges(most: number): KeptRanges {
  const ranges: { key: string; range: ImageRange; values: Uint16Array }[] = [];
  return async (key, range, make) => {
    if (range.count === 0) return new Uint16Array();
    const at = ranges.findIndex((kept) => kept.key === key && isWithin(range, kept.range));
    const [found = { key, range, values: await make() }] = at < 0 ? [] : ranges.splice(at, 1);
    ranges.push(found);
    if (ranges.length > most) ranges.shift();
    const first = range.first - found.range.first;
    return found.values.subarray(first, first + range.count);
  };
}
