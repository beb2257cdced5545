import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bibtex } from '../../../src/view/app/cite.ts';

it('cites what CITATION.cff says: title, version, journal, DOI and every author', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../CITATION.cff'), 'utf8');
  const values = [...text.matchAll(/^[ -]*(?:title|version|journal|doi|name): '?(.*?)'?$/gm)].map(
    ([, value]) => value!,
  );
  expect(values.length).toBeGreaterThanOrEqual(6);
  for (const value of values) expect(bibtex).toContain(value);
  for (const [, family, given] of text.matchAll(/family-names: (.*)\n\s*given-names: (.*)/g))
    expect(bibtex).toContain(`${family}, ${given}`);
  expect(bibtex.match(/^\s+\w+ = \{\{?\}?\},$/m)).toBeNull();
});
