// What TypeScript declares of a kernel is what its shader file says.

import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import type { KernelSource } from '../../src/gpu/kernel.ts';
import { addPart } from '../../src/gpu/kernels/add-part.ts';
import { analogMac } from '../../src/gpu/kernels/analog-mac.ts';
import { chooseReads } from '../../src/gpu/kernels/choose-reads.ts';
import { clipFlags } from '../../src/gpu/kernels/clip-flags.ts';
import { clipMac } from '../../src/gpu/kernels/clip-mac.ts';
import { exactMac } from '../../src/gpu/kernels/exact-mac.ts';
import { finishSums } from '../../src/gpu/kernels/finish-sums.ts';
import { inputPhases } from '../../src/gpu/kernels/input-phases.ts';
import { inputWords } from '../../src/gpu/kernels/input-words.ts';
import { macroMac } from '../../src/gpu/kernels/macro-mac.ts';
import { noisyMac } from '../../src/gpu/kernels/noisy-mac.ts';
import { pool } from '../../src/gpu/kernels/pool.ts';
import { requantize } from '../../src/gpu/kernels/requantize.ts';
import { tiledMac } from '../../src/gpu/kernels/tiled-mac.ts';
import type { UniformScalar } from '../../src/gpu/uniform-layout.ts';

type AnyKernel = KernelSource<Readonly<Record<string, UniformScalar>>>;

const kernels: readonly AnyKernel[] = [
  inputPhases,
  macroMac,
  inputWords,
  exactMac,
  tiledMac,
  noisyMac,
  analogMac,
  chooseReads,
  clipFlags,
  clipMac,
  addPart,
  finishSums,
  requantize,
  pool,
] as readonly AnyKernel[];

describe.each(kernels)('$name', (kernel) => {
  const reflection = new WgslReflect(kernel.code);

  it('has the entry point of its file', () => {
    expect(reflection.entry.compute.map(({ name }) => name)).toEqual([
      kernel.name.replaceAll('-', '_'),
    ]);
  });

  it('has the uniform that TypeScript packs', () => {
    const [uniform] = reflection.uniforms;
    const members = uniform!.members!.map(({ name, type, offset }) => ({
      name,
      type: type.name,
      offset,
    }));

    expect(uniform!.type.name).toBe(kernel.params.name);
    expect(uniform!.binding).toBe(0);
    expect(members).toEqual(
      Object.entries(kernel.params.fields).map(([name, type], i) => ({
        name,
        type,
        offset: 4 * i,
      })),
    );
    expect(kernel.params.byteLength).toBeGreaterThanOrEqual(4 * members.length);
    expect(kernel.params.byteLength % 16).toBe(0);
  });

  it('has the storage bindings that TypeScript binds', () => {
    const bindings = reflection.storage
      .toSorted((a, b) => a.binding - b.binding)
      .map(({ name, access, binding }) => ({ name, access, binding }));

    expect(bindings).toEqual(
      Object.entries(kernel.bindings).map(([name, access], i) => ({
        name,
        access,
        binding: i + 1,
      })),
    );
  });

  it('has an override for every constant, and no other', () => {
    expect(reflection.overrides.map(({ name }) => name).toSorted()).toEqual(
      kernel.constants.toSorted(),
    );
  });
});

describe('the folder shaders', () => {
  it('has no file without a kernel', () => {
    const files = readdirSync(resolve(import.meta.dirname, '../../shaders'))
      .filter((name) => name.endsWith('.wgsl'))
      .map((name) => name.slice(0, -'.wgsl'.length));

    expect(files.toSorted()).toEqual(kernels.map(({ name }) => name).toSorted());
  });
});
