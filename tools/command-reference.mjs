// Writes docs/commands.md: what `--help` prints for every command, so that the page cannot say anything else.
// `node tools/command-reference.mjs [FILE]`

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const help = (...command) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [here('bin/mars.js'), ...command, '--help'],
    { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', COLUMNS: '80' } },
  );
  if (status !== 0) throw new Error(`mars ${command.join(' ')} --help: ${stderr}`);
  return stdout.trimEnd();
};

const all = help();
const names = [...all.slice(all.indexOf('Commands:')).matchAll(/^ {2}([a-z-]+)/gm)]
  .map(([, name]) => name)
  .filter((name) => name !== 'help');
const section = (title, text) => `## ${title}\n\n\`\`\`text\n${text}\n\`\`\`\n`;
const page = [
  '# Commands\n',
  'What `--help` prints. Written by `npm run docs`; [command-line.md](command-line.md) says how commands work together.\n',
  section('mars', all),
  ...names.map((name) => section(`mars ${name}`, help(name))),
].join('\n');
writeFileSync(process.argv[2] ?? here('docs/commands.md'), page);
