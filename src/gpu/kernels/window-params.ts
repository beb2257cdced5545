// Windows in uniforms: how a kernel or pool moves, and the patch that is dealt onto word lines.

import type { Window } from '../../core/window.ts';

type WindowField = 'stride_y' | 'stride_x' | 'pad_top' | 'pad_left' | 'dilation_y' | 'dilation_x';

type PatchField =
  | 'patch_height'
  | 'patch_width'
  | 'patch_stride_y'
  | 'patch_stride_x'
  | 'patch_top'
  | 'patch_left'
  | 'patch_dilation_y'
  | 'patch_dilation_x';

/** What a uniform says about how a window moves. */
export const windowParams = ({
  strides,
  pads,
  dilations,
}: Window): Readonly<Record<WindowField, number>> => ({
  stride_y: strides[0],
  stride_x: strides[1],
  pad_top: pads[0],
  pad_left: pads[1],
  dilation_y: dilations[0],
  dilation_x: dilations[1],
});

/** What a uniform says about the patch of a packed layer: see shaders/lib/word-lines.wgsl. */
export const patchParams = (patch: Window): Readonly<Record<PatchField, number>> => ({
  patch_height: patch.height,
  patch_width: patch.width,
  patch_stride_y: patch.strides[0],
  patch_stride_x: patch.strides[1],
  patch_top: patch.pads[0],
  patch_left: patch.pads[1],
  patch_dilation_y: patch.dilations[0],
  patch_dilation_x: patch.dilations[1],
});
