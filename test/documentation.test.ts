// What the documents promise: their commands run, their example is right, their links and names exist.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBrowser } from '../src/cli/browser.ts';
import { itLong } from './support/long.ts';
import { emptyFolder, mars, root } from './support/mars.ts';

const read = (document: string): string => readFileSync(join(root, document), 'utf8');
const blocks = (document: string, language: string): string[] =>
  [...read(document).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    (match) => match[1]!,
  );
const commandsOf = (document: string): string[] =>
  blocks(document, 'sh')
    .flatMap((block) => block.trim().split('\n'))
    .filter((line) => line.startsWith('npx mars '));

/** Pages whose commands, in `sh` blocks, a reader may type one after the other. */
const pagesWithCommands = [
  'README.md',
  'docs/start.md',
  'docs/command-line.md',
  'docs/training.md',
  'docs/page.md',
];

describe.each(pagesWithCommands)('the commands of %s', (page) => {
  /** They run in this folder, in order: later ones may read what earlier ones wrote. */
  const cwd = emptyFolder();
  const commands = commandsOf(page);

  it('are there', () => {
    expect(commands.length).toBeGreaterThan(0);
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
});

describe('docs/command-line.md', () => {
  it('gives the right answer of its matrix-vector case', () => {
    const file = join(emptyFolder(), 'case.json');
    writeFileSync(file, blocks('docs/command-line.md', 'json')[0]!);
    const promised = /gives `(\{.*?\})`/.exec(read('docs/command-line.md'))![1]!;

    const { stdout } = mars(['mvm', file, '--json']);

    expect(stdout.trim()).toBe(promised);
  });
});

itLong('docs/commands.md is what --help prints', () => {
  const file = join(emptyFolder(), 'commands.md');
  const tool = join(root, 'tools/command-reference.mjs');

  const { status, stderr } = spawnSync(process.execPath, [tool, file], { encoding: 'utf8' });

  expect(status, stderr).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(read('docs/commands.md'));
});

it('docs/commands.md says each default once', () => {
  const text = read('docs/commands.md').replaceAll(/\s+/g, ' ');

  expect(text).toContain('(default: 300)');
  expect(text.match(/\(default: [^)]*\) \(default: [^)]*\)/g)).toBeNull();
});

describe('README.md', () => {
  it('is what one reads first: at most 150 lines', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(151);
  });

  it.each(['README.md', 'docs/library.md'])('%s has the example that is type-checked', (page) => {
    const file = join(root, 'test/support/readme-example.ts');

    expect(readFileSync(file, 'utf8')).toBe(blocks(page, 'ts')[0]);
  });

  itLong('has an example that runs', async () => {
    const { report } = await import('./support/readme-example.ts');

    expect(report.images).toBe(10);
    expect(report.performance.framesPerSecond).toBeGreaterThan(0);
  });
});

describe('the site', () => {
  it('has every document', () => {
    const { projectDocuments } = JSON.parse(read('typedoc.json')) as {
      projectDocuments: string[];
    };
    const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));

    expect(pages.filter((name) => !projectDocuments.includes(`docs/${name}`))).toEqual([]);
  });
});

const documents = [
  ...['.', 'docs', 'decisions'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  ),
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

    // NAME stands for the reader's own.
    const named = files.filter((file) => !file.includes('NAME'));
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
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
