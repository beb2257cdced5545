import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

// A clone in miniature: one local dependency, a build that copies one file, a command line that knows `info --json`.
const cli = `
const adapter = { kind: 'swiftshader', description: 'a test adapter', driver: 'driver 1' };
const answer = { adapter, fasterAdapter: 'ask for a GPU' };
console.log(process.argv[2] === 'info' ? JSON.stringify(answer) : 'ran ' + process.argv.slice(2).join(' '));
`;
const project = { name: 'miniature', version: '1.0.0', dependencies: { left: 'file:left' } };
const manifest = { ...project, type: 'module', scripts: { build: 'node build.mjs' } };
const left = { name: 'left', version: '1.0.0' };
const packages = {
  '': project,
  left: { version: '1.0.0' },
  'node_modules/left': { resolved: 'left', link: true },
};
const lock = { ...left, name: 'miniature', lockfileVersion: 3, requires: true, packages };
const build = `import { cpSync, mkdirSync } from 'node:fs';
mkdirSync('dist', { recursive: true });
cpSync('src/cli.js', 'dist/cli.js');
`;

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

describe('setup', () => {
  let root = '';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'mars-test-'));
    for (const name of ['tools', 'bin', '.puppeteerrc.cjs'])
      cpSync(name, join(root, name), { recursive: true });
    write('package.json', JSON.stringify(manifest));
    write('package-lock.json', JSON.stringify(lock));
    write('left/package.json', JSON.stringify(left));
    write('build.mjs', build);
    write('src/cli.js', cli);
  });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('installs, builds and names the adapter in a fresh clone', () => {
    const { stdout, stderr, status } = run('tools/setup.mjs');

    expect(stderr).toContain('npm ci, because node_modules is missing');
    expect(stderr).toContain('npm run build, because dist/cli.js is missing');
    expect(stderr).toContain('WebGPU adapter: a test adapter, driver 1');
    expect(stderr).not.toContain('for a faster one');
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });

  it('does nothing but name the adapter the second time', () => {
    run('tools/setup.mjs');

    const { stderr } = run('tools/setup.mjs');

    expect(stderr).toBe('setup: WebGPU adapter: a test adapter, driver 1\n');
    expect(run('tools/setup.mjs', 'test').stderr).toContain(
      'setup: WebGPU adapter: a test adapter, driver 1\nsetup: for a faster one: ask for a GPU\n',
    );
  });

  it('builds again when a source file is newer than the build', () => {
    run('tools/setup.mjs');
    later('src/cli.js');

    const { stderr } = run('tools/setup.mjs');

    expect(stderr).toContain('npm run build, because src/cli.js is newer than dist/cli.js');
    expect(stderr).not.toContain('npm ci');
  });

  it('installs again when the lock file wants another version', () => {
    run('tools/setup.mjs');
    write('left/package.json', JSON.stringify({ ...left, version: '2.0.0' }));
    write(
      'package-lock.json',
      JSON.stringify({ ...lock, packages: { ...packages, left: { version: '2.0.0' } } }),
    );

    const { stderr } = run('tools/setup.mjs');

    expect(stderr).toContain('npm ci, because left is 1.0.0, package-lock.json wants 2.0.0');
    expect(run('tools/setup.mjs').stderr).not.toContain('npm ci');
  });

  it('stops with one line when the build fails', () => {
    write('build.mjs', 'process.exit(3)');

    const { stderr, status } = run('tools/setup.mjs');

    expect(stderr).toContain('setup: the build failed; see its output above\n');
    expect(stderr).not.toContain('    at ');
    expect(status).toBe(1);
  });

  it('with the argument test also names a browser, or how to get one', () => {
    const { stderr, status } = run('tools/setup.mjs', 'test');

    expect(stderr).toMatch(/browser for page tests: .+|npx puppeteer browsers install chrome/);
    expect(status).toBe(0);
  });

  describe('on a machine whose browser does not draw', () => {
    /** A system of which apt can be asked: the program tells what it was asked for, and "installs" it. */
    function pretend(id: string, installs: boolean): void {
      const apt = `export const canApt = () => process.env.MARS_SETUP_NO_APT !== '1';
        export const aptHasChromium = () => ${JSON.stringify(id)} === 'debian';
        export const mesaNeedsBackports = () => false;
        export function aptInstall(packages) {
          console.error('apt: ' + packages.join());
          if (${installs}) fs.writeFileSync(${JSON.stringify(join(root, 'browser'))}, '');
          return ${installs} ? null : 'no network';
        }`;
      write('tools/apt.mjs', `import fs from 'node:fs';\n${apt}`);
      const found = `require('node:fs').existsSync(${JSON.stringify(join(root, 'browser'))})`;
      write(
        '.puppeteerrc.cjs',
        `module.exports = ${found} ? { executablePath: '/usr/bin/chromium' } : {};`,
      );
      write('node_modules/@sparticuz/chromium/bin/chromium.br', '');
    }
    const setup = (settings: Readonly<Record<string, string>> = {}): string =>
      run('tools/setup.mjs', 'test', {
        MARS_SETUP_NO_APT: '0',
        MARS_ADAPTER: 'swiftshader',
        PUPPETEER_CACHE_DIR: join(root, 'none'),
        ...settings,
      }).stderr;

    it('installs Chromium on Debian, once', () => {
      pretend('debian', true);

      expect(setup()).toMatch(/apt: chromium\nsetup: browser for page tests: \/usr\/bin\/chromium/);
      expect(setup()).not.toContain('apt:');
    });

    it.each([
      ['Ubuntu, where apt has only a stub', 'ubuntu', {}, false],
      ['where nothing may be installed', 'debian', { MARS_SETUP_NO_APT: '1' }, false],
      ['where apt does not work', 'debian', {}, true],
    ])('says what is skipped: %s', (_, id, settings, asked) => {
      pretend(id, false);

      const stderr = setup(settings);

      expect(stderr.includes('apt: chromium')).toBe(asked);
      expect(stderr).toMatch(/page tests will be skipped|tests of what is drawn will be skipped/);
      expect(stderr).toContain('npx puppeteer browsers install chrome');
      expect(setup(settings), 'not tried again at once').not.toContain('apt:');
    });
  });

  it('is run by the command when something is missing, with stdout left to the command', () => {
    const first = run('bin/mars.js', 'simulate', '--json');
    const second = run('bin/mars.js', 'simulate', '--json');

    expect(first.stdout).toBe('ran simulate --json\n');
    expect(first.stderr).toContain('npm ci');
    expect(second).toEqual({ stdout: 'ran simulate --json\n', stderr: '', status: 0 });
  });

  it('remembers the adapter with what it depends on', () => {
    run('tools/setup.mjs');

    const state: unknown = JSON.parse(
      readFileSync(join(root, 'node_modules/.cache/mars-setup.json'), 'utf8'),
    );

    expect(state).toMatchObject({
      key: expect.stringMatching(/^[0-9a-f]{64}$/),
      probe: { adapter: { kind: 'swiftshader' } },
    });
  });

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  function later(path: string): void {
    const time = Date.now() / 1000 + 5;
    utimesSync(join(root, path), time, time);
  }

  function run(script: string, ...all: (string | Readonly<Record<string, string>>)[]): Outcome {
    const args = all.filter((one) => typeof one === 'string');
    const settings = all.filter((one) => typeof one !== 'string');
    const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, script), ...args], {
      encoding: 'utf8',
      timeout: 300_000,
      env: {
        ...process.env,
        MARS_SETUP_NO_APT: '1',
        MARS_SETUP_RUNNING: undefined,
        npm_config_offline: 'true',
        ...settings[0],
      },
    });
    return { stdout, stderr, status };
  }
});
