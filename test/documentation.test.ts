// What the documents promise: their commands run, their example is right, their links and names exist.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBrowser } from '../src/cli/browser.ts';
import { itLong } from './support/long.ts';
import { emptyFolder, mars, root } from './support/mars.ts';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    (match) => match[1]!,
  );
const commands = blocks('sh')
  .flatMap((block) => block.trim().split('\n'))
  .filter((line) => line.startsWith('npx mars '));

/** All commands run in this folder, in order: later ones may read what earlier ones wrote. */
const cwd = emptyFolder();

describe('README.md', () => {
  it('shows commands', () => {
    expect(commands.length).toBeGreaterThan(5);
  });

  // `mars page` serves until Ctrl-C: test/package.test.ts serves it, and ends it.
  for (const command of commands.filter((line) => line !== 'npx mars page'))
    itLong(command, ({ skip }) => {
      if (command.includes('browser') && !findBrowser()) skip('no Chrome or Chromium');
      const { code, stdout, stderr } = mars(command.split(' ').slice(2), cwd);

      expect(stderr.split('\n').filter((line) => line.startsWith('mars:'))).toEqual([]);
      expect(code).toBe(0);
      expect(stdout.length).toBeGreaterThan(20);
      if (command.includes('npx mars run')) {
        const written = readdirSync(join(cwd, 'out'));
        expect(written).toEqual(
          expect.arrayContaining(['report.json', 'simulation.json', 'trace.json']),
        );
      }
    });

  it('has only commands and options in them that there are', () => {
    const used = new Map<string, Set<string>>();
    for (const line of commands) {
      const name = line.split(' ')[2]!;
      const options = used.get(name) ?? new Set();
      for (const [option] of line.matchAll(/(?<= )--[a-z-]+/g)) options.add(option);
      used.set(name, options);
    }
    const unknown = [...used].flatMap(([name, options]) => {
      const { code, stdout } = mars([name, '--help']);
      const known = new Set(stdout.match(/--[a-z-]+/g));
      return [...options, ...(code === 0 ? [] : [name])]
        .filter((option) => !known.has(option))
        .map((option) => `${name} ${option}`);
    });

    expect(unknown).toEqual([]);
  });

  it('gives the right answer of its matrix-vector case', () => {
    const file = join(emptyFolder(), 'case.json');
    writeFileSync(file, blocks('json')[0]!);
    const promised = /gives `(\{.*?\})`/.exec(readme)![1]!;

    const { stdout } = mars(['mvm', file, '--json']);

    expect(stdout.trim()).toBe(promised);
  });

  it('has the example that is type-checked', () => {
    const file = join(root, 'test/support/readme-example.ts');

    expect(readFileSync(file, 'utf8')).toBe(blocks('ts')[0]);
  });

  itLong('has an example that runs', async () => {
    const { report } = await import('./support/readme-example.ts');

    expect(report.images).toBe(10);
    expect(report.performance.framesPerSecond).toBeGreaterThan(0);
  });

  it.each(['run', 'map', 'estimate', 'train', 'compress'])(
    'names every option that %s has',
    (command) => {
      const { stdout } = mars([command, '--help']);
      const options = [...stdout.matchAll(/--[a-z-]+/g)].map(([option]) => option);

      const missing = [...new Set(options)]
        .filter((option) => !['--help', '--version'].includes(option))
        .filter((option) => !readme.includes(option));

      expect(missing).toEqual([]);
    },
  );
});

const documents = [
  'docs/validation.md',
  'docs/compression.md',
  'docs/experiments.md',
  'README.md',
  'ARCHITECTURE.md',
  'GLOSSARY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'models/README.md',
  'bench/peers/README.md',
];

describe.each(documents)('%s', (document) => {
  const text = readFileSync(join(root, document), 'utf8');

  it('links to files that exist', () => {
    const targets = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1]!);

    expect(targets.filter((target) => !existsSync(join(root, document, '..', target)))).toEqual([]);
  });

  it('names files that exist', () => {
    const files = [
      ...text.matchAll(/`((?:src|shaders|test|tools|bench|models)\/[\w./-]+\.\w+)`/g),
    ].map((match) => match[1]!);

    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});

describe('GLOSSARY.md', () => {
  const entries = readFileSync(join(root, 'GLOSSARY.md'), 'utf8').split('\n- ').slice(1);

  it.each(entries)('%s', (entry) => {
    const [, name, file] = /`(\w+)`\s+in\s+`([\w./-]+)`\s*$/.exec(entry)!;

    expect(readFileSync(join(root, file!), 'utf8')).toMatch(
      new RegExp(`export (interface|type|const|function|class) ${name}\\b`),
    );
  });
});
