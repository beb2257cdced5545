// Host side of shaders/choose-reads.wgsl.

import code from '../../../shaders/choose-reads.wgsl?raw';
import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { KernelSource } from '../kernel.ts';
import { uniformLayout, type UniformLayout } from '../uniform-layout.ts';
import { clipFlagsInvocations } from './clip-flags.ts';
import { clipTiling } from './clip-mac.ts';
import { exactTiling } from './exact-mac.ts';
import { tileWorkgroups } from './tile.ts';
import { bitLineTiling } from './tiled-mac.ts';

const fields = {
  phases: 'u32',
  exact_x: 'u32',
  exact_y: 'u32',
  exact_z: 'u32',
  clip_x: 'u32',
  clip_y: 'u32',
  clip_z: 'u32',
  tiled_x: 'u32',
  tiled_y: 'u32',
  tiled_z: 'u32',
} as const;

const params: UniformLayout<typeof fields> = uniformLayout('ChooseReadsParams', fields);

const bindings = { choice: 'read_write' } as const;

/** The kernel; see the shader's header. */
export const chooseReads: KernelSource<typeof fields, typeof bindings> = {
  name: 'choose-reads',
  code,
  params,
  bindings,
  constants: [],
};

/** Words of the choice, and where in bytes the workgroups of each kernel begin. */
export const choiceWords = 10;
export const choiceOffsets = { exact: 0, clip: 12, tiled: 24 } as const;

/** The uniform for a batch. */
export function chooseReadsParams(
  program: MacroProgram,
  images: number,
  workgroup: number,
): ArrayBuffer {
  const [exact_x, exact_y, exact_z] = tileWorkgroups(
    program,
    images,
    exactTiling(program, workgroup),
  );
  const [clip_x, clip_y, clip_z] = tileWorkgroups(program, images, clipTiling(program));
  const [tiled_x, tiled_y, tiled_z] = tileWorkgroups(
    program,
    images,
    bitLineTiling(program, workgroup),
  );
  return params.pack({
    phases: program.phases * clipFlagsInvocations(program, images),
    exact_x,
    exact_y,
    exact_z,
    clip_x,
    clip_y,
    clip_z,
    tiled_x,
    tiled_y,
    tiled_z,
  });
}
