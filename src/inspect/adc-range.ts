// ADCs that fit the data: a range or levels for each layer, from the sums that training images give on its bit lines.

import { adcBits } from '../chips/adc-cost.ts';
import type { ChipSpec } from '../chips/index.ts';
import type { CompressedNetwork } from '../compress/compressed-network.ts';
import { type AdcTable, fixedPointUnit, uniformTable } from '../core/adc-table.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import { remembered } from '../core/remembered.ts';
import type { Mapping } from '../mapping/map-to-chip.ts';
import { allColumnSums } from './column-sums.ts';

/** How many sums of a layer are looked at, over how many images at most. */
export interface RangeOptions {
  /** Column reads of a layer; a million by default. */
  readonly maxReads?: number;
  /** 16 by default. */
  readonly maxImages?: number;
}

/**
 * The ADC of each macro layer by `adc.range` of the mapping's chip, by layer name; undefined where all have the chip's.
 * @param images training images of 8 bits, not those that accuracy is measured on
 */
export function fittedAdcs(
  mapping: Mapping,
  images: FeatureMap,
  { maxReads = 1e6, maxImages = 16 }: RangeOptions = {},
): ReadonlyMap<string, AdcTable> | undefined {
  const { chip } = mapping;
  const { range, percentile } = chip.adc;
  if (range.value === 'chip') return undefined;
  const bits = adcBits(chip.adc);
  const sums = keptSums(mapping, images, { maxReads, maxImages });
  return new Map(
    [...sums].map(([name, counts]) => {
      const adc =
        range.value === 'calibrated'
          ? calibratedAdc(counts, bits, percentile.value, offsetOf(chip))
          : levelledAdc(counts, 2 ** bits);
      return [name, adc];
    }),
  );
}

type Sums = ReadonlyMap<string, Float64Array>;

/** Sums of a network on some images, by the chip and what was asked for. */
const knownSums = remembered((_network: CompressedNetwork) =>
  remembered((_images: FeatureMap) => new Map<string, Sums>()),
);

/** The sums that ADCs are fitted to, computed once for chips that differ in ADC and noise alone. */
function keptSums(mapping: Mapping, images: FeatureMap, options: Required<RangeOptions>): Sums {
  const { network, balance } = mapping;
  const chip = { ...mapping.chip, adc: undefined, noise: undefined };
  const known = knownSums(network)(images);
  const key = JSON.stringify([chip, balance, options]);
  const sums = known.get(key) ?? allColumnSums(mapping, images, options);
  known.set(key, sums);
  return sums;
}

/** Of a uniform ADC, in fixed point. */
const offsetOf = ({ adc }: ChipSpec): number =>
  adc.kind === 'table' ? 0 : Math.round(adc.offset.value * fixedPointUnit);

/**
 * A uniform ADC whose highest code stands for the sum that `percentile` percent of the reads do not exceed. Its step is one
 * unit discharge at least: sums are whole.
 * @param counts reads by their sum
 * @param offset what code 0 stands for, in fixed point
 */
export function calibratedAdc(
  counts: ArrayLike<number>,
  bits: number,
  percentile: number,
  offset: number,
): AdcTable {
  const reach = quantile(counts, percentile / 100) * fixedPointUnit - offset;
  const step = Math.max(fixedPointUnit, Math.ceil(reach / (2 ** bits - 1)));
  return uniformTable({ bits, step, offset });
}

/** The smallest sum that a share of the reads do not exceed; 0 without reads. */
function quantile(counts: ArrayLike<number>, share: number): number {
  const all = Array.from(counts);
  const wanted = share * all.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  const found = all.findIndex((count) => (seen += count) >= wanted);
  return Math.max(0, found);
}

/** Different sums that are told apart; more are put together with their neighbours, so that the search stays short. */
const maxSums = 512;

/**
 * The ADC of at most `codes` values with the least squared error (the quantizer of S. Lloyd, IEEE Trans. Inf. Theory 28(2),
 * 1982, and J. Max, 1960): each value is the mean of the sums that get its code, and each threshold lies halfway between
 * two values. Sums are numbers in a row, so that the best of all such quantizers is found by dynamic programming, where
 * Lloyd's iteration can end in a worse one. Where there are no more different sums than codes, each has its own.
 * @param counts reads by their sum
 */
export function levelledAdc(counts: ArrayLike<number>, codes: number): AdcTable {
  const sums = Array.from(counts, (count, sum) => ({ sum, count })).filter(
    ({ count }) => count > 0,
  );
  // An ADC has two codes at least, also where every sum is the same.
  if (sums.length < 2) return tableOf([0, Math.max(1, sums[0]?.sum ?? 1)]);
  const seen = merged(sums, maxSums);
  return tableOf(bestMeans(seen, Math.min(codes, seen.length)));
}

interface Seen {
  readonly sum: number;
  readonly count: number;
}

/** At most `most` entries, neighbours put together at their mean. */
function merged(seen: readonly Seen[], most: number): readonly Seen[] {
  const size = Math.ceil(seen.length / most);
  if (size === 1) return seen;
  return Array.from({ length: Math.ceil(seen.length / size) }, (_, i) => {
    const own = seen.slice(i * size, (i + 1) * size);
    const count = own.reduce((total, one) => total + one.count, 0);
    return { sum: own.reduce((total, one) => total + one.sum * one.count, 0) / count, count };
  });
}

/** Means of the `codes` stretches of `seen` that have the least squared error together. */
function bestMeans(seen: readonly Seen[], codes: number): readonly number[] {
  const { errorOf, meanOf } = stretches(seen);
  const ends = seen.length;
  // Least error of the first `end` sums in so many stretches, and where the last of them begins.
  let least = Float64Array.from({ length: ends + 1 }, (_, end) => errorOf(0, end));
  const starts: Int32Array[] = [new Int32Array(ends + 1)];
  for (let code = 1; code < codes; code++) {
    const before = least;
    const start = new Int32Array(ends + 1);
    least = new Float64Array(ends + 1).fill(Infinity);
    for (let end = code + 1; end <= ends; end++)
      for (let from = code; from < end; from++) {
        const error = (before[from] as number) + errorOf(from, end);
        if (error < (least[end] as number)) {
          least[end] = error;
          start[end] = from;
        }
      }
    starts.push(start);
  }
  const means: number[] = [];
  let end = ends;
  for (const start of starts.toReversed()) {
    const from = start[end] as number;
    means.unshift(meanOf(from, end));
    end = from;
  }
  return means;
}

/** Mean and squared error of any stretch of sums, from sums over the first ones. */
function stretches(seen: readonly Seen[]): {
  readonly meanOf: (from: number, end: number) => number;
  readonly errorOf: (from: number, end: number) => number;
} {
  const [reads, firsts, squares] = [[0], [0], [0]];
  for (const { sum, count } of seen) {
    reads.push((reads.at(-1) ?? 0) + count);
    firsts.push((firsts.at(-1) ?? 0) + count * sum);
    squares.push((squares.at(-1) ?? 0) + count * sum ** 2);
  }
  const over = (list: readonly number[], from: number, end: number): number =>
    (list[end] ?? 0) - (list[from] ?? 0);
  const meanOf = (from: number, end: number): number =>
    over(firsts, from, end) / Math.max(1, over(reads, from, end));
  const errorOf = (from: number, end: number): number =>
    over(squares, from, end) - over(firsts, from, end) * meanOf(from, end);
  return { meanOf, errorOf };
}

/** In fixed point; values that rounding makes equal are one. */
function tableOf(exact: readonly number[]): AdcTable {
  const rounded = exact.map((value) => Math.round(value * fixedPointUnit));
  const values = Int32Array.from(rounded.filter((value, i) => value !== rounded[i - 1]));
  const thresholds = Int32Array.from({ length: values.length - 1 }, (_, code) =>
    Math.ceil(((values[code] as number) + (values[code + 1] as number)) / 2),
  );
  const [first = 0, last = 0] = [thresholds[0], thresholds.at(-1)];
  const [least = 0, most = 0] = [values[0], values.at(-1)];
  return { thresholds, values, low: 2 * least - first, high: 2 * most - last };
}
