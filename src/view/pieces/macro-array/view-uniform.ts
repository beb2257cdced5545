// The uniform of shaders/view/macro-array.wgsl; a test compares the two.

import { type UniformLayout, uniformLayout } from '../../../gpu/uniform-layout.ts';

const viewFields = {
  centre_x: 'f32',
  centre_y: 'f32',
  scale_x: 'f32',
  scale_y: 'f32',
  pixels_per_unit: 'f32',
  line_pixels: 'f32',
  cell_width: 'f32',
  bit_lines: 'u32',
  bit_lines_per_partition: 'u32',
  word_lines: 'u32',
  word_lines_on: 'u32',
  words_per_row: 'u32',
  figure: 'u32',
  hovered: 'u32',
  chosen: 'u32',
  has_cells: 'u32',
} as const;

/** The uniform `View` of shaders/view/macro-array.wgsl. */
export const viewLayout: UniformLayout<typeof viewFields> = uniformLayout('View', viewFields);
