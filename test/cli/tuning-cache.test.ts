// The cache of shapes: kept per adapter, and worth nothing when it is broken.

import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepShape, tunedShape, tuningFile } from '../../src/cli/tuning-cache.ts';
import { emptyFolder } from '../support/mars.ts';

const before = process.env['XDG_CACHE_HOME'];

describe('the tuning cache', () => {
  beforeEach(() => {
    process.env['XDG_CACHE_HOME'] = emptyFolder();
  });
  afterEach(() => {
    if (before === undefined) delete process.env['XDG_CACHE_HOME'];
    else process.env['XDG_CACHE_HOME'] = before;
  });

  it('keeps the shape of every adapter', () => {
    keepShape('one', { workgroup: 128, subgroups: false });
    keepShape('other', { workgroup: 32, subgroups: true });

    expect(tunedShape('one')).toEqual({ workgroup: 128, subgroups: false });
    expect(tunedShape('other')).toEqual({ workgroup: 32, subgroups: true });
    expect(tunedShape('third')).toBeUndefined();
  });

  it.each([
    'no JSON',
    '{"one": {"workgroup": 64}}',
    '{"one": {"workgroup": 7, "subgroups": true}}',
  ])('is as if it were not there when it holds %s', (text) => {
    keepShape('one', { workgroup: 64, subgroups: true });
    writeFileSync(tuningFile(), text);

    expect(tunedShape('one')).toBeUndefined();
  });
});
