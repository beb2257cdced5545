// How to cite mars-cim and the paper of the chip, from CITATION.cff, as BibTeX.

import citation from '../../../CITATION.cff?raw';

const [own = '', paper = ''] = citation.split(/^references:$/m);

/** The value of a field; lists of people as BibTeX has them. */
function field(text: string, name: string): string {
  const [, value = ''] = text.match(new RegExp(`^[ -]*${name}: (.*)$`, 'm')) ?? [];
  return value.replaceAll(/^'|'$/g, '');
}

const authors = [...paper.matchAll(/family-names: (.*)\n\s*given-names: (.*)/g)]
  .map(([, family = '', given = '']) => `${family}, ${given}`)
  .join(' and ');

/** Two entries: the software, and the paper. */
export const bibtex: string = [
  '@software{mars-cim,',
  `  title = {{${field(own, 'title')}}},`,
  `  author = {{${field(own, 'name')}}},`,
  `  version = {${field(own, 'version')}},`,
  `  license = {${field(own, 'license')}},`,
  '}',
  '',
  '@article{mars,',
  `  title = {{${field(paper, 'title')}}},`,
  `  author = {${authors}},`,
  `  journal = {${field(paper, 'journal')}},`,
  `  year = {${field(paper, 'year')}},`,
  `  doi = {${field(paper, 'doi')}},`,
  '}',
].join('\n');
