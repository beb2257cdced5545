// Makes a release: `node tools/release.mjs 0.3.0`. It checks, sets the version and the date in CHANGELOG.md, commits and tags.
// Nothing is published: it prints the commands that do.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const run = (command, ...words) =>
  execFileSync(command, words, {
    cwd: here('.'),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
const stop = (message) => {
  process.stderr.write(`release: ${message}\n`);
  process.exit(2);
};

const [version] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+$/.test(version ?? '')) stop('give a version, such as 0.3.0');
if (run('git', 'status', '--porcelain').trim() !== '')
  stop('commit or stash what has changed first');
if (run('git', 'tag', '--list', `v${version}`).trim() !== '') stop(`v${version} is there already`);
const changelog = readFileSync(here('CHANGELOG.md'), 'utf8');
const heading = /^## \d+\.\d+\.\d+ \(unreleased\)$/m;
if (!heading.test(changelog)) stop('CHANGELOG.md has no "## VERSION (unreleased)"');

execFileSync('npm', ['run', 'test:all'], { cwd: here('.'), stdio: 'inherit' });
const date = new Date().toISOString().slice(0, 10);
writeFileSync(here('CHANGELOG.md'), changelog.replace(heading, `## ${version} (${date})`));
const citation = readFileSync(here('CITATION.cff'), 'utf8');
writeFileSync(here('CITATION.cff'), citation.replace(/^version: .*$/m, `version: ${version}`));
run('npm', 'version', version, '--no-git-tag-version', '--allow-same-version');
run('git', 'commit', '--all', '--message', `build(release): ${version}`);
run('git', 'tag', '--annotate', `v${version}`, '--message', `mars-cim ${version}`);
process.stdout.write(`Tagged v${version}. Then: git push --follow-tags && npm publish\n`);
