import { describe, expect, it } from 'vitest';
import { sortRows } from '../../../../src/view/pieces/tables/sort-rows.ts';

describe('sorting', () => {
  const rows = [
    { name: 'conv10', value: 3, id: 0 },
    { name: 'conv2', value: null, id: 1 },
    { name: 'conv1', value: 20, id: 2 },
    { name: 'fc', value: 3, id: 3 },
  ];

  it('takes numbers as numbers, keeps the order of equal ones, and leaves empty ones to the end', () => {
    const by = (direction: 'ascending' | 'descending'): number[] =>
      sortRows(rows, ({ value }) => value, direction).map(({ id }) => id);

    expect(by('ascending')).toEqual([0, 3, 2, 1]);
    expect(by('descending')).toEqual([2, 0, 3, 1]);
  });

  it('takes numbers in names as numbers', () => {
    expect(sortRows(rows, ({ name }) => name, 'ascending').map(({ name }) => name)).toEqual([
      'conv1',
      'conv2',
      'conv10',
      'fc',
    ]);
  });

  it('does not touch what it is given', () => {
    sortRows(rows, ({ id }) => -id, 'ascending');

    expect(rows.map(({ id }) => id)).toEqual([0, 1, 2, 3]);
  });
});
