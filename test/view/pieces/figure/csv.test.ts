import { describe, expect, it } from 'vitest';
import { toCsv } from '../../../../src/view/pieces/figure/csv.ts';

describe('CSV', () => {
  it('quotes what needs it and nothing else', () => {
    const text = toCsv(
      ['name', 'value'],
      [
        ['plain', 1.5],
        ['with, comma', -2],
        ['with "quotes"', null],
        ['two\nlines', 0],
      ],
    );

    expect(text).toBe(
      'name,value\r\nplain,1.5\r\n"with, comma",-2\r\n"with ""quotes""",\r\n"two\nlines",0\r\n',
    );
  });
});
