import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeGroupList,
  encodeGroupList,
  indexBits,
  type IndexCoding,
  indexCodings,
  indexFormat,
} from '../../src/mapping/index-coding.ts';
import { caught } from '../support/caught.ts';
import { holds } from '../support/property.ts';

interface Places {
  readonly blocks: number;
  readonly positions: number;
  readonly codes: number;
}

const placesOf = (blocks: number, positions: number): Places => ({
  blocks,
  positions,
  codes: blocks * positions,
});

/** The index codes whose place in walking order (position, then block) is set. */
function listOf(mask: readonly boolean[], { blocks, positions }: Places): Uint16Array {
  const list: number[] = [];
  for (let position = 0; position < positions; position++)
    for (let block = 0; block < blocks; block++)
      if (mask[position * blocks + block]) list.push(block * positions + position);
  return Uint16Array.from(list);
}

/** Layers of one to four kernel tiles with any mask; dense, sparse, empty and full ones among them. */
const layers = fc
  .record({
    blocks: fc.integer({ min: 1, max: 12 }),
    positions: fc.integer({ min: 1, max: 25 }),
    tiles: fc.integer({ min: 1, max: 4 }),
    percent: fc.constantFrom(0, 2, 11, 50, 90, 100),
  })
  .chain(({ blocks, positions, tiles, percent }) => {
    const places = placesOf(blocks, positions);
    const stored = fc.integer({ min: 0, max: 99 }).map((draw) => draw < percent);
    const mask = fc.array(stored, { minLength: places.codes, maxLength: places.codes });
    return fc.record({
      places: fc.constant(places),
      lists: fc
        .array(mask, { minLength: tiles, maxLength: tiles })
        .map((masks) => masks.map((one) => listOf(one, places))),
    });
  });

describe.each(indexCodings)('%s', (coding) => {
  it('gives back every list, in as many bits as were counted', () => {
    holds(
      fc.property(layers, ({ places, lists }) => {
        const format = indexFormat(lists, places, coding);
        let bits = 0;
        for (const codes of lists) {
          const coded = encodeGroupList(codes, places, format);
          const more = new Uint8Array([...coded.bytes, 0xa5]);

          const read = decodeGroupList(more, { places, format, groups: codes.length }, []);

          expect([...read.codes]).toEqual([...codes]);
          expect(read.bits).toBe(coded.bits);
          expect(coded.bytes).toHaveLength(Math.ceil(coded.bits / 8));
          bits += coded.bits;
        }
        expect(indexBits(lists, places, format)).toBe(bits);
      }),
      300,
    );
  });

  it.each([
    ['no groups', false],
    ['all groups', true],
  ])('gives back a layer of %s', (_, stored) => {
    const places = placesOf(32, 9);
    const codes = listOf(
      Array.from({ length: 288 }, () => stored),
      places,
    );
    const format = indexFormat([codes], places, coding);

    const { bytes } = encodeGroupList(codes, places, format);

    expect([...decodeGroupList(bytes, { places, format, groups: codes.length }, []).codes]).toEqual(
      [...codes],
    );
  });

  it('never crashes on other bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 20 });
    holds(
      fc.property(bytes, fc.integer({ min: 0, max: 40 }), (other, groups) => {
        const places = placesOf(5, 7);
        const format = { coding, width: coding === 'absolute' ? 6 : coding === 'gap' ? 2 : 1 };
        try {
          const { codes } = decodeGroupList(other, { places, format, groups }, ['a']);
          expect(codes).toHaveLength(groups);
        } catch (error) {
          expect(error).toMatchObject({ kind: 'input', where: ['a'] });
        }
      }),
      500,
    );
  });
});

describe('indexFormat', () => {
  it('gives gaps the width with the fewest bits', () => {
    holds(
      fc.property(layers, ({ places, lists }) => {
        const best = indexFormat(lists, places, 'gap');

        const bitsAt = (width: number): number =>
          indexBits(lists, places, { coding: 'gap', width });
        const all = Array.from({ length: 16 }, (_, i) => bitsAt(i + 1));
        expect(bitsAt(best.width)).toBe(Math.min(...all));
      }),
    );
  });
});

describe('indexBits', () => {
  const places = placesOf(32, 9);
  const every = (n: number): Uint16Array =>
    listOf(
      Array.from({ length: 288 }, (_, place) => place % n === 0),
      places,
    );
  const bits = (codes: Uint16Array, coding: (typeof indexCodings)[number]): number =>
    indexBits([codes], places, indexFormat([codes], places, coding));

  it('is for a bitmap what it is for 9-bit absolute codes when 11 % of 288 places are stored', () => {
    const codes = every(9);

    expect(indexFormat([codes], places, 'absolute').width).toBe(9);
    expect(codes.length / 288).toBeCloseTo(0.11, 2);
    expect(bits(codes, 'bitmap')).toBe(bits(codes, 'absolute'));
  });

  it('counts gaps by hand', () => {
    // Places 0, 2, 9: gaps 0, 1, 6. In 2 bits the escape is 3: 0 | 1 | 3 3 0, five symbols.
    const codes = Uint16Array.of(0, 18, 81);

    expect(indexBits([codes], places, { coding: 'gap', width: 2 })).toBe(10);
    expect([...encodeGroupList(codes, places, { coding: 'gap', width: 2 }).bytes]).toEqual([
      0b11_11_01_00, 0b00,
    ]);
  });

  it('is the least for gaps when few groups are stored, and never above the bitmap', () => {
    expect(bits(every(36), 'gap')).toBeLessThan(bits(every(36), 'absolute'));
    expect(bits(every(36), 'gap')).toBeLessThan(bits(every(36), 'bitmap'));
    holds(
      fc.property(layers, (layer) => {
        const of = (coding: (typeof indexCodings)[number]): number =>
          indexBits(layer.lists, layer.places, indexFormat(layer.lists, layer.places, coding));
        expect(of('gap')).toBeLessThanOrEqual(of('bitmap'));
      }),
    );
  });
});

describe('decodeGroupList', () => {
  const places = placesOf(2, 3);
  const read = (bytes: readonly number[], coding: IndexCoding, groups: number): unknown =>
    decodeGroupList(
      Uint8Array.from(bytes),
      { places, format: { coding, width: coding === 'bitmap' ? 1 : 3 }, groups },
      ['n', 'a'],
    );

  it.each<[string, () => unknown, string]>([
    [
      'a list that is cut off',
      () => read([0b011_000], 'absolute', 3),
      'goes on after the last of 1 byte',
    ],
    ['codes out of order', () => read([0b000_011], 'absolute', 2), 'at place 0, after 1'],
    ['the same code twice', () => read([0b011_011], 'absolute', 2), 'at place 1, after 1'],
    ['a code beyond the layer', () => read([0b110], 'absolute', 1), 'of 6'],
    ['a gap beyond the layer', () => read([0b110], 'gap', 1), 'at place 6'],
    ['escapes without end', () => read([0xff, 0xff], 'gap', 1), 'at place'],
    ['a bitmap with fewer groups', () => read([0b000001], 'bitmap', 2), 'at place 6'],
    ['a bitmap with more groups', () => read([0b000111], 'bitmap', 2), 'more than 2 groups'],
  ])('refuses %s', (_, action, says) => {
    const error = caught(action);

    expect(error).toMatchObject({ kind: 'input', where: ['n', 'a'] });
    expect(error.what).toContain(says);
  });
});
