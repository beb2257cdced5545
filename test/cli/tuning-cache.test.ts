// The cache of shapes: kept per adapter, and worth nothing when it is broken.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { canKeepShapes, keepShape, tunedShape, tuningFile } from '../../src/cli/tuning-cache.ts';
import { emptyFolder } from '../support/mars.ts';

const before = process.env['XDG_CACHE_HOME'];

describe('the tuning cache', () => {
  let said = '';

  beforeEach(() => {
    said = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
    process.env['XDG_CACHE_HOME'] = emptyFolder();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    if (before === undefined) delete process.env['XDG_CACHE_HOME'];
    else process.env['XDG_CACHE_HOME'] = before;
  });

  it('keeps the shape of every adapter', () => {
    keepShape('one', { workgroup: 128, subgroups: false, sums: 'counts' });
    keepShape('other', { workgroup: 32, subgroups: true, sums: 'fields' });

    expect(tunedShape('one')).toEqual({ workgroup: 128, subgroups: false, sums: 'counts' });
    expect(tunedShape('other')).toEqual({ workgroup: 32, subgroups: true, sums: 'fields' });
    expect(tunedShape('third')).toBeUndefined();
  });

  it.each([
    'no JSON',
    '{"one": {"workgroup": 64}}',
    '{"one": {"workgroup": 7, "subgroups": true}}',
  ])('is as if it were not there when it holds %s', (text) => {
    keepShape('one', { workgroup: 64, subgroups: true, sums: 'counts' });
    writeFileSync(tuningFile(), text);

    expect(tunedShape('one')).toBeUndefined();
    expect(said).toMatch(
      /^mars: the cache .*tuning\.json cannot be used \(.*\); the kernels have their default shape\n$/,
    );
  });

  it('is done without, in one line, when it cannot be read or written', () => {
    mkdirSync(tuningFile(), { recursive: true });

    expect(tunedShape('one')).toBeUndefined();
    expect(said.split('\n')).toHaveLength(2);
    said = '';
    expect(canKeepShapes()).toBe(false);
    expect(said).toMatch(/\(it is a folder\); what is measured is not kept\n$/);
    expect(said.split('\n')).toHaveLength(2);
  });

  it('is done without when its folder cannot be made', () => {
    const file = join(emptyFolder(), 'file');
    writeFileSync(file, '');
    process.env['XDG_CACHE_HOME'] = file;

    expect(tunedShape('one')).toBeUndefined();
    expect(said).toBe('');
    expect(keepShape('one', { workgroup: 64, subgroups: true, sums: 'counts' })).toBe(false);
    expect(said).toMatch(/^mars: the cache .* \(a file is where a folder should be\); .*\n$/);
  });

  it('does not lie in the working folder when the variable is empty', () => {
    process.env['XDG_CACHE_HOME'] = '';

    expect(tuningFile()).toMatch(/^(\/|\w:).*\.cache.mars-cim.tuning\.json$/);
  });
});
