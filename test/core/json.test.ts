import { describe, expect, it } from 'vitest';
import { CimError } from '../../src/core/errors.ts';
import { parseJson } from '../../src/core/json.ts';
import { caught } from '../support/caught.ts';

const parse = (source: string | Uint8Array): unknown =>
  parseJson(source, (what) => new CimError('input', { what, where: 'a.json' }));

describe('parseJson', () => {
  it.each([
    '{"a":{"b":1},"b":[{"b":2},{"b":3}]}',
    '["a","a",{"a":"a"}]',
    String.raw`{"a\"":1,"a":"\\","b":"{\"a\":1,\"a\":2}"}`,
    '7',
    ' { "a" : "b" , "b" : ":" } ',
  ])('reads %s', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
    expect(parse(new TextEncoder().encode(text))).toEqual(JSON.parse(text));
  });

  it.each([
    ['a field twice', '{"a":1,"b":2,"a":3}', 'has the field "a" twice'],
    ['a field twice, once escaped', String.raw`{"a":1,"\u0061":3}`, 'has the field "a" twice'],
    ['a field twice, deep inside', '[{"x":{"a" :1,"b":{"a":2},"a"\n:3}}]', 'field "a" twice'],
    ['a field that objects cannot hold', '{"__proto__":1}', '"__proto__", which is not permitted'],
    ['no JSON', '{"a":', 'is not JSON'],
    ['nothing', '', 'is not JSON'],
  ])('refuses %s', (_, text, says) => {
    expect(caught(() => parse(text)).message).toContain(`a.json: `);
    expect(caught(() => parse(text)).message).toContain(says);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(caught(() => parse(Uint8Array.of(0x22, 0xff, 0x22))).message).toBe(
      'a.json: is not UTF-8 text',
    );
  });

  it('reads what is nested deeply, and long texts, without running out of stack', () => {
    const deep = 1e5;

    expect(parse(`${'['.repeat(deep)}${']'.repeat(deep)}`)).toHaveLength(1);
    expect(parse(`{"a":"${String.raw`\"\\`.repeat(deep)}"}`)).toHaveProperty('a');
  });
});
