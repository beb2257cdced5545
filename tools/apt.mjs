// Installs system packages with apt for tools/setup.mjs: Mesa's lavapipe, which on Debian 12 must come from backports.
// Lists, sources and downloads live in a temporary folder: nothing but the packages stays on the machine.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether this process may and can install packages. */
export function canApt() {
  const allowed = process.env.MARS_SETUP_NO_APT !== '1' && process.getuid?.() === 0;
  return allowed && existsSync('/usr/bin/apt-get') && ['debian', 'ubuntu'].includes(system().id);
}

/** Whether `apt install chromium` brings a browser: in Ubuntu's archive there is only a stub that asks for a snap. */
export function aptHasChromium() {
  return system().id === 'debian';
}

/** Installs `packages`; `backports` allows newer ones than the release's own. Returns null, or what went wrong. */
export function aptInstall(packages, { backports = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'mars-apt-'));
  try {
    chmodSync(folder, 0o755); // apt downloads as its own user
    const { id, codename } = system();
    const options = id === 'debian' ? ownSources(folder, codename, backports) : [];
    const update = apt([...options, '-qq', 'update'], 90);
    const from = backports ? ['-t', `${codename}-backports`] : [];
    const install = [
      ...options,
      '-qq',
      'install',
      '-y',
      '--no-install-recommends',
      ...from,
      ...packages,
    ];
    // Downloads may be slow and can be cut off; dpkg should not be, so it gets more time than it can need.
    const download = apt([...install, '--download-only'], 240);
    const { problem } =
      download.problem === null ? apt([...install, '--no-download'], 900) : download;
    // An unreachable archive is only a warning of the update, but the reason why the rest fails.
    return problem === null ? null : (update.complaint ?? problem);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether lavapipe must come from backports: Debian 12's own Mesa 22.3 offers no WebGPU adapter. */
export function mesaNeedsBackports() {
  return system().codename === 'bookworm';
}

/**
 * Options that make apt use only Debian's own archive, and keep its lists and downloads in `folder`: third-party
 * sources of this machine may be slow or unreachable, and its lists are not ours to change.
 */
function ownSources(folder, codename, backports) {
  const { archive, security } = mirrors();
  const suites = [codename, `${codename}-updates`, ...(backports ? [`${codename}-backports`] : [])];
  const line = (uri, suite) =>
    `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${uri} ${suite} main\n`;
  const text =
    suites.map((suite) => line(archive, suite)).join('') + line(security, `${codename}-security`);
  const list = join(folder, 'debian.list');
  writeFileSync(list, text);
  const settings = {
    'Dir::Etc::sourcelist': list,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::Cache::archives': join(folder, 'archives'),
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
  };
  for (const name of ['lists', 'archives'])
    mkdirSync(join(folder, name, 'partial'), { recursive: true });
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** The Debian mirrors that this machine uses. */
function mirrors() {
  const parts = '/etc/apt/sources.list.d';
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : []),
  ];
  const text = files
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  const uris =
    text
      .split('\n')
      .filter((line) => !line.trim().startsWith('#'))
      .join('\n')
      .match(/https?:\/\/[^\s\]]+/g) ?? [];
  return {
    archive: uris.find((uri) => /\/debian\/?$/.test(uri)) ?? 'http://deb.debian.org/debian',
    security:
      uris.find((uri) => /\/debian-security\/?$/.test(uri)) ??
      'http://deb.debian.org/debian-security',
  };
}

/** Runs apt-get quietly: `problem` is null when it worked, `complaint` its first warning or error, if any. */
function apt(args, limitSeconds) {
  const patience = [
    '-o',
    'Acquire::Retries=1',
    '-o',
    'Acquire::http::Timeout=15',
    '-o',
    'DPkg::Lock::Timeout=30',
  ];
  const { status, error, stdout, stderr } = spawnSync('apt-get', [...patience, ...args], {
    encoding: 'utf8',
    timeout: limitSeconds * 1000,
    maxBuffer: 64 * 2 ** 20,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
  });
  const complaint = `${stdout}\n${stderr}`.split('\n').find((line) => /^[EW]: /.test(line)) ?? null;
  if (status === 0) return { problem: null, complaint };
  if (error?.code === 'ETIMEDOUT')
    return { problem: `apt-get took over ${limitSeconds} s`, complaint };
  return { problem: complaint ?? error?.message ?? `apt-get ended with ${status}`, complaint };
}

function system() {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const field = (name) => new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(text)?.[1] ?? '';
  return { id: field('ID'), codename: field('VERSION_CODENAME') };
}
