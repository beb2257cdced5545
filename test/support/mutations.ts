// Valid files, damaged: what the readers must refuse, or read as a value that can be written again.

import fc from 'fast-check';
import { expect } from 'vitest';
import { CimError } from '../../src/core/errors.ts';
import { holds } from './property.ts';

type Mutation = (bytes: Uint8Array) => Uint8Array;

const spliced = (bytes: Uint8Array, at: number, removed: number, put: Uint8Array): Uint8Array =>
  Uint8Array.from([...bytes.subarray(0, at), ...put, ...bytes.subarray(at + removed)]);

/** Values that a field of JSON does not expect. */
const oddValues = ['-1', '0', '1.5', '1e999', '9007199254740993', '""', 'null', '[]', '{}', 'true'];

/** Replaces the number (or text) that follows a colon, comma or bracket at or after `at`. */
const withValue = (bytes: Uint8Array, at: number, value: string): Uint8Array => {
  const text = Buffer.from(bytes).toString('latin1');
  const found = /[:,[]("[^"]{0,40}"|-?[\d.e+]+)/g;
  found.lastIndex = at % bytes.length;
  const match = found.exec(text);
  if (!match?.[1]) return bytes;
  return spliced(bytes, match.index + 1, match[1].length, Buffer.from(value, 'latin1'));
};

const place = fc.nat({ max: 2 ** 30 });
const length = fc.integer({ min: 1, max: 40 });

/** Flipped bytes, cuts, insertions, removed and repeated ranges, other values in JSON. */
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(
      ([at, mask]): Mutation =>
        (bytes) =>
          bytes.map((byte, i) => (i === at % bytes.length ? byte ^ mask : byte)),
    ),
  },
  {
    weight: 1,
    arbitrary: place.map(
      (at): Mutation =>
        (bytes) =>
          bytes.slice(0, at % bytes.length),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 8 })).map(
      ([at, put]): Mutation =>
        (bytes) =>
          spliced(bytes, at % (bytes.length + 1), 0, put),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(place, length).map(
      ([at, count]): Mutation =>
        (bytes) =>
          spliced(bytes, at % bytes.length, count, new Uint8Array()),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, length, place).map(([from, count, to]): Mutation => (bytes) => {
      const start = from % bytes.length;
      return spliced(bytes, to % (bytes.length + 1), 0, bytes.subarray(start, start + count));
    }),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(place, fc.constantFrom(...oddValues)).map(
      ([at, value]): Mutation =>
        (bytes) =>
          withValue(bytes, at, value),
    ),
  },
);

/** What a fuzz test needs of a reader. */
export interface FuzzedReader<T> {
  /** Valid files. */
  readonly files: readonly Uint8Array[];
  readonly read: (bytes: Uint8Array) => T;
  /** The same value gives the same bytes. */
  readonly write: (value: T) => Uint8Array;
  /** Makes right again what damage of any kind breaks, so that more than a checksum is tried. */
  readonly mend?: (bytes: Uint8Array) => Uint8Array;
  /** What every error names first: the file. */
  readonly place?: string;
}

/** Room that a reader may take beside its file: the most that a header may claim without being believed. */
const room = 2 ** 21;

/**
 * Holds when every damaged file is refused with a {@link CimError}, or read as a value that is written and read again as
 * the same one; and no reader makes room for what a header only claims. Gives how many were refused.
 */
export function readsOrRefuses<T>(
  { files, read, write, mend = (bytes) => bytes, place: name }: FuzzedReader<T>,
  runs: number,
): number {
  for (const file of files) expect(write(read(file))).toEqual(file);
  let refused = 0;
  const damaged = fc
    .tuple(fc.constantFrom(...files), fc.array(mutation, { minLength: 1, maxLength: 3 }))
    .map(([file, mutations]) =>
      mutations.reduce<Uint8Array>(
        (bytes, mutate) => (bytes.length === 0 ? bytes : mutate(bytes)),
        file,
      ),
    );
  holds(
    fc.property(damaged, (broken) => {
      const bytes = mend(broken);
      const before = process.memoryUsage().arrayBuffers;
      let value: T;
      try {
        value = read(bytes);
      } catch (error) {
        if (!(error instanceof CimError)) throw error;
        refused += 1;
        if (name !== undefined) expect(error.where[0]).toBe(name);
        const taken = process.memoryUsage().arrayBuffers - before;
        expect(taken).toBeLessThan(room + 8 * bytes.length);
        return;
      }
      const again = write(value);
      expect(Buffer.from(write(read(again))).equals(again)).toBe(true);
    }),
    runs,
  );
  return refused;
}
