// Every content security policy that is written down here closes what its default does not cover.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../support/mars.ts';

const textFiles = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|html)$/.test(name))
    .map((name) => join(folder, name));
const pages = readdirSync(root).filter((name) => name.endsWith('.html'));
const files = [...pages, 'README.md', ...textFiles('test')];

/** Policies of a file, as they are quoted: in attributes, strings and code of Markdown. */
const policiesOf = (file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(["`])(default-src [^"`]*)\1/g)].map(
    (match) => match[2]!,
  );

describe('content security policies', () => {
  it.for(pages)('are in %s', (page) => {
    expect(policiesOf(page)).toHaveLength(1);
  });

  it('let no page change its base or send a form anywhere', () => {
    const policies = files.flatMap((file) => policiesOf(file).map((policy) => ({ file, policy })));

    expect(policies.length).toBeGreaterThan(8);
    for (const { file, policy } of policies) {
      const directives = policy.split(';').map((directive) => directive.trim());
      expect(directives, file).toContain("base-uri 'none'");
      expect(directives, file).toContain("form-action 'none'");
    }
  });
});
