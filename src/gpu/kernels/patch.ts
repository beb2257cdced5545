// Host side of shaders/lib/word-lines.wgsl: the window that is dealt onto word lines.

import type { Window } from '../../core/window.ts';

type PatchField =
  | 'patch_height'
  | 'patch_width'
  | 'patch_stride_y'
  | 'patch_stride_x'
  | 'patch_top'
  | 'patch_left'
  | 'patch_dilation_y'
  | 'patch_dilation_x';

/** What a uniform says about the patch of a packed layer. */
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
