// What macros do whatever the images show: it follows from the mapping alone.

import type { MappedMacroLayer } from './map-to-chip.ts';

/** Events of one macro layer that do not depend on data. */
export interface PlannedActivity {
  readonly layer: string;
  /** Macro-ops: one macro, one group, one pixel. */
  readonly macroOps: number;
  /** Weight groups that are not stored, times the pixels at which they were skipped. */
  readonly skippedGroups: number;
  /** Bit lines read, once per input phase: conversions of the ADC. */
  readonly columnReads: number;
}

/** What a layer does with `images` images. */
export function plannedActivity(mapped: MappedMacroLayer, images: number): PlannedActivity {
  const { layer, geometry, places, tiles } = mapped;
  const pixels = images * layer.outputShape.height * layer.outputShape.width;
  let macroOps = 0;
  let columnReads = 0;
  let groups = 0;
  for (const tile of tiles) {
    groups += tile.codes.length;
    macroOps += tile.codes.length * Math.ceil(tile.kernels / geometry.kernelsPerMacro) * pixels;
    columnReads +=
      tile.codes.length * tile.kernels * geometry.columnsPerKernel * geometry.phases * pixels;
  }
  return {
    layer: layer.name,
    macroOps,
    skippedGroups: (places - groups) * pixels,
    columnReads,
  };
}
