// Shapes are compared by time, and never change sums.

import { describe, expect, it } from 'vitest';
import type { GpuBackend } from '../../src/gpu/gpu-backend.ts';
import { candidateShapes, type KernelShape } from '../../src/gpu/kernel-shape.ts';
import { fastestShape, tuneShapes } from '../../src/gpu/tune-shapes.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { macroMac } from '../../src/reference/macro-mac.ts';
import type { MacroProgram } from '../../src/simulate/macro-program.ts';
import type { FeatureMap } from '../../src/core/feature-map.ts';
import { caughtEventually } from '../support/caught.ts';
import { itLong } from '../support/long.ts';

/** A clock that each shape moves by its own amount, and a backend whose sums `change` may spoil. */
function stage(change: (shape: KernelShape) => number): {
  readonly now: () => number;
  readonly open: (shape: KernelShape, shortcuts: boolean) => Promise<GpuBackend>;
} {
  let time = 0;
  return {
    now: () => time,
    open: async (shape, shortcuts) => {
      const real = openReference();
      return {
        ...real,
        download: () => {
          time +=
            (shape.subgroups ? 1 : 2) * (shape.workgroup === 128 ? 1 : 3) +
            Number(shortcuts) +
            Number(shape.sums === 'fields');
          return Promise.resolve(Int32Array.of(7, 8, change(shape)));
        },
        runMacro: (_layer: unknown, input: unknown) => input,
        [Symbol.asyncDispose]: () => Promise.resolve(),
      } as unknown as GpuBackend;
    },
  };
}

describe('tuneShapes', () => {
  it('measures every shape both ways, and the least time wins', async () => {
    const times = await tuneShapes(stage(() => 9));

    expect(times.map(({ shape }) => shape)).toEqual(candidateShapes);
    expect(times[0]).toMatchObject({ dotProduct: 5, bitLines: 4 });
    expect(fastestShape(times)).toEqual({ workgroup: 128, subgroups: true, sums: 'counts' });
  });

  it('refuses a shape that gives other sums, naming it', async () => {
    const spoiled = stage((shape) => (shape.workgroup === 256 && shape.subgroups ? 1 : 9));

    const error = await caughtEventually(() => tuneShapes(spoiled));

    expect(error).toMatchObject({ kind: 'simulation' });
    expect((error as Error).message).toContain('workgroups of 256, subgroups on, sums by fields');
  });

  itLong(
    'measures a layer that the reference can run, with sums that are not all the same',
    async () => {
      let seen: { program: MacroProgram; input: FeatureMap } | undefined;
      const fake = stage(() => 9);
      let program: MacroProgram | undefined;
      await tuneShapes({
        ...fake,
        open: async (shape, shortcuts) => {
          const backend = await fake.open(shape, shortcuts);
          return Object.assign(backend, {
            prepare: (one: MacroProgram) => {
              program = one;
              return Promise.resolve({ program: one, path: 'bit lines' });
            },
            upload: (input: FeatureMap) => {
              seen ??= { program: program!, input };
              return { images: input.images, firstImage: 0 };
            },
          });
        },
      });
      const { input } = seen!;
      const one = { ...input, images: 1, data: input.data.subarray(0, 16 * 16 * 64) };

      const { sums } = macroMac(seen!.program, one);

      expect(new Set(sums).size).toBeGreaterThan(1000);
    },
  );
});
