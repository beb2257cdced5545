// What Dawn and the Vulkan loader write to stderr by themselves: two lines mean nothing to a person, the rest does.

import { existsSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { withoutStderrLines } from '../../src/cli/native-stderr.ts';
import { findPackagedChromium } from '../../src/cli/packaged-chromium.ts';
import { mars } from '../support/mars.ts';

const folder = '/usr/share/vulkan/icd.d';
const name = existsSync(folder)
  ? readdirSync(folder).find((one) => one.startsWith('lvp') && !/i[36]86/.test(one))
  : undefined;
const lavapipe = name === undefined ? undefined : join(folder, name);

describe('stderr of a command on the GPU', () => {
  it('is empty on lavapipe', ({ skip }) => {
    if (lavapipe === undefined) skip(`no lavapipe driver in ${folder}`);

    const ran = mars(['info', '--json'], undefined, { MARS_ADAPTER: 'lavapipe' });

    expect(JSON.parse(ran.stdout)).toMatchObject({ adapter: { kind: 'lavapipe' } });
    expect(ran.stderr).toBe('');
  });

  it('is empty on SwiftShader', ({ skip }) => {
    if (findPackagedChromium() === null)
      skip('@sparticuz/chromium has no binaries for this system');

    const ran = mars(['info', '--json'], undefined, { MARS_ADAPTER: 'swiftshader' });

    expect(JSON.parse(ran.stdout)).toMatchObject({ adapter: { kind: 'swiftshader' } });
    expect(ran.stderr).toBe('');
  });

  it('has the warning of a driver that cannot be loaded', ({ skip }) => {
    if (lavapipe === undefined) skip(`no lavapipe driver in ${folder}`);

    const ran = mars(['info', '--json'], undefined, {
      VK_DRIVER_FILES: `${lavapipe}:/nowhere/driver.json`,
    });

    expect(JSON.parse(ran.stdout)).toMatchObject({ adapter: { kind: 'lavapipe' } });
    expect(ran.stderr.split('\n')).toHaveLength(2);
    expect(ran.stderr).toMatch(/^Warning: .*\/nowhere\/driver\.json\n$/);
  });
});

describe('withoutStderrLines', () => {
  afterEach(() => vi.restoreAllMocks());

  it.runIf(process.platform === 'linux')('leaves out the lines alone, in their place', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);

    const result = await withoutStderrLines(/^needless \d+\n/gm, () => {
      writeSync(2, 'first\nneedless 1\nneedless 2\nnot needless 3\nlast');
      return 7;
    });

    expect(result).toBe(7);
    expect(write.mock.calls).toEqual([['first\nnot needless 3\nlast']]);
  });

  it.runIf(process.platform === 'linux')('passes on what was written before an error', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);

    const failing = withoutStderrLines(/^needless\n/gm, () => {
      writeSync(2, 'needless\nthe reason\n');
      throw new Error('no adapter');
    });

    await expect(failing).rejects.toThrow('no adapter');
    expect(write.mock.calls).toEqual([['the reason\n']]);
  });
});
