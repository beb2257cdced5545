import { describe, expect, it } from 'vitest';
import { CimError } from '../../src/core/errors.ts';
import { shownText, shownTexts } from '../../src/core/shown-text.ts';

describe('shownText', () => {
  it.each([
    ['an escape', '\u001b[31mred', String.raw`\u001b[31mred`],
    ['a new line', 'a\nmars: fake', String.raw`a\u000amars: fake`],
    ['a return', 'a\rb', String.raw`a\u000db`],
    ['a zero', '\u0000', String.raw`\u0000`],
    ['a delete', '\u007f', String.raw`\u007f`],
    ['a control of C1', '\u009b2J', String.raw`\u009b2J`],
    ['a turn of the reading order', 'a\u202eb\u2066c', String.raw`a\u202eb\u2066c`],
    ['a line separator', '\u2028\u2029', String.raw`\u2028\u2029`],
  ])('shows %s instead of doing it', (_, text, shown) => {
    expect(shownText(text)).toBe(shown);
    expect(shownText(shown)).toBe(shown);
  });

  it('leaves every other text alone', () => {
    for (const text of ['conv1', 'größe µJ', '写真 🙂', String.raw`C:\u001b`, 'a\u00a0b'])
      expect(shownText(text)).toBe(text);
  });
});

describe('shownTexts', () => {
  it('shows texts and names wherever they are, and keeps the rest', () => {
    const bytes = Uint8Array.of(1);
    const given = { 'a\n': ['\u001b', 1, null, { deep: 'x\u0007' }], bytes, flag: true };

    expect(shownTexts(given)).toEqual({
      [String.raw`a\u000a`]: [String.raw`\u001b`, 1, null, { deep: String.raw`x\u0007` }],
      bytes,
      flag: true,
    });
    expect(given['a\n'][0]).toBe('\u001b');
  });
});

describe('CimError', () => {
  it('has a message of one line whatever the names in it, and keeps its parts exact', () => {
    const error = new CimError('input', {
      what: 'no \u001b[2J',
      where: ['a\nmars: fake', 'b'],
      todo: 'c\r',
    });

    expect(error.message).toBe(String.raw`a\u000amars: fake > b: no \u001b[2J; c\u000d`);
    expect(error.where).toEqual(['a\nmars: fake', 'b']);
  });
});
