// One job, every noise, every backend and adapter: the same outputs and counted events, byte for byte.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBrowser } from '../../src/cli/browser.ts';
import { emptyFolder, mars } from '../support/mars.ts';
import { adapterKinds, tryAdapter } from '../support/adapters.ts';

const noises = ['noise.read=0.2', 'noise.offset=0.2', 'noise.gain=0.02', 'noise.cell=0.03'];
const all = [...noises, 'adc.bits=5'];

/** The bytes of simulation.json after two images with these settings. */
function simulationOf(
  settings: readonly string[],
  backend: string,
  env: Readonly<Record<string, string>> = {},
): string {
  const cwd = emptyFolder();
  const sets = settings.flatMap((setting) => ['--set', setting]);
  const args = ['run', '--images', '2', '--seed', '3', '--backend', backend, ...sets];
  const { code, stderr } = mars(args, cwd, env);
  expect(code, stderr).toBe(0);
  return readFileSync(join(cwd, 'out/simulation.json'), 'utf8');
}

const reference = new Map<string, string>();
/** What plain TypeScript gives. */
function expected(settings: readonly string[]): string {
  const key = settings.join();
  const text = reference.get(key) ?? simulationOf(settings, 'reference');
  reference.set(key, text);
  return text;
}

const cases = [...noises.map((one) => [one]), all];

describe('one job gives one digest', () => {
  it.for(adapterKinds.flatMap((kind) => cases.map((settings) => ({ kind, settings }))))(
    'on the adapter $kind with $settings',
    async ({ kind, settings }, { skip }) => {
      const adapter = await tryAdapter(kind);
      if (typeof adapter === 'string') skip(adapter);

      expect(simulationOf(settings, 'gpu', { MARS_ADAPTER: kind })).toBe(expected(settings));
    },
  );

  it('in headless Chrome with every noise', ({ skip }) => {
    if (!findBrowser()) skip('no Chrome or Chromium');

    expect(simulationOf(all, 'browser')).toBe(expected(all));
  });
});
