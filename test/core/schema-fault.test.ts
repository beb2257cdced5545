import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mars, readChipFile, setChipValues } from '../../src/chips/index.ts';
import { readMaskFile } from '../../src/compress/mask-file.ts';
import { CimError } from '../../src/core/errors.ts';
import { checkSchema } from '../../src/core/schema-fault.ts';
import { checkMatrixVectorCase } from '../../src/pipeline/matrix-vector.ts';
import { readLayerPlans } from '../../src/train/groups/layer-plan.ts';
import { caught } from '../support/caught.ts';

const schema = z.strictObject({
  bits: z.int().min(1).max(8),
  share: z.number().positive().max(1).optional(),
  any: z.number().optional(),
  way: z.enum(['fast', 'slow']).optional(),
  on: z.boolean().optional(),
  name: z.string().min(1).max(9).optional(),
  pair: z.tuple([z.int(), z.int()]).optional(),
  parts: z
    .record(
      z.string().min(1),
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('a'), size: z.int().nonnegative() }),
        z.strictObject({ kind: z.literal('b') }),
      ]),
    )
    .optional(),
});

const message = (value: unknown): string =>
  caught(() =>
    checkSchema(
      schema,
      value,
      ({ path, what, todo }) => new CimError('input', { what, where: path, todo }),
    ),
  ).message;

describe('checkSchema', () => {
  it.each<[object, string]>([
    [{ bits: 12 }, 'bits: must be 1 … 8, not 12'],
    [{ bits: 2.5 }, 'bits: must be a whole number, 1 … 8, not 2.5'],
    [{ bits: '3' }, 'bits: must be a whole number, 1 … 8, not "3"'],
    [{}, 'bits: is missing (wanted: a whole number, 1 … 8)'],
    [{ bits: 1, share: 0 }, 'share: must be above 0 and at most 1, not 0'],
    [{ bits: 1, any: Infinity }, 'any: must be a number, not Infinity'],
    [{ bits: 1, way: 'fats' }, 'way: must be "fast" or "slow", not "fats"'],
    [{ bits: 1, on: 1 }, 'on: must be true or false, not 1'],
    [{ bits: 1, name: '' }, 'name: must be text of 1 … 9 characters, not ""'],
    [{ bits: 1, pair: [1] }, 'pair: must be a list of 2 entries, not a list of 1'],
    [{ bits: 1, pair: [1, null] }, 'pair.1: must be a whole number, not null'],
    [{ bits: 1, parts: [] }, 'parts: must be an object, not a list of 0'],
    [{ bits: 1, parts: { x: { kind: 'c' } } }, 'parts.x.kind: must be "a" or "b", not "c"'],
    [{ bits: 1, parts: { x: {} } }, 'parts.x.kind: is missing (wanted: "a" or "b")'],
    [
      { bits: 1, parts: { x: { kind: 'a', size: -1 } } },
      'parts.x.size: must be at least 0, not -1',
    ],
    [
      { bits: 1, parts: { '': { kind: 'b' } } },
      'parts: a name must be text that is not empty, not ""',
    ],
    [{ bitz: 5 }, 'top level: has no field "bitz"; did you mean "bits"?'],
    [
      { bits: 5, parts: { x: { kind: 'b', colour: 1 } } },
      'parts.x: has no field "colour"; its fields: kind',
    ],
  ])('says of %j what is permitted', (value, says) => {
    expect(message(value)).toBe(says);
  });

  it('says so of what is no object', () => {
    expect(message(null)).toBe('top level: must be an object, not null');
    expect(message('x'.repeat(100))).toMatch(/^top level: must be an object, not "x{40,60}…"$/);
  });
});

describe('the message of', () => {
  const matrix = {
    wordLinesOn: 16,
    inputBitsPerPhase: 3,
    adc: { bits: 6, step: 1, offset: 0 },
    weightBits: 8,
    inputBits: 8,
    weights: [[1]],
    inputs: [[1]],
  };

  it.each<[string, () => unknown, string]>([
    [
      'a matrix',
      () => checkMatrixVectorCase(matrix, 'case.json'),
      'case.json > inputBitsPerPhase: must be 1, 2 or 4, not 3',
    ],
    [
      'a changed chip',
      () => setChipValues(mars, ['adc.bits=12']),
      'mars with --set > adc.bits.value: must be 1 … 8, not 12',
    ],
    [
      'a chip file',
      () => readChipFile(JSON.stringify({ ...mars, adcc: 1 }), 'my.json'),
      'my.json > top level: has no field "adcc"; did you mean "adc"?',
    ],
    [
      'masks',
      () =>
        readMaskFile(
          '{"version":1,"network":"a","shape":{"channels":16,"kernels":16},"layers":{"c":"012"}}',
          'masks.json',
        ),
      'masks.json > layers.c: must be a string of 0 and 1, not "012"; a mask file is',
    ],
    [
      'a plan of layers',
      () => readLayerPlans({ version: 1, layers: { 'conv.1': { weightBit: 3 } } }, 'plan.json'),
      'plan.json > conv.1: has no field "weightBit"; did you mean "weightBits"?',
    ],
  ])('%s says what is permitted', (_, action, says) => {
    expect(caught(action).message).toContain(says);
  });
});
