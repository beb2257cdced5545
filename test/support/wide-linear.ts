// One linear layer of any size on a variant of MARS, without its weights: where they go and when depends on the groups alone.

import { mars, setChipValues } from '../../src/chips/index.ts';
import { macroGeometry } from '../../src/chips/macro-geometry.ts';
import type { MacroLayer } from '../../src/compress/compressed-network.ts';
import { groupGrid } from '../../src/compress/weight-group.ts';
import { onePixel } from '../../src/core/window.ts';
import { mapToChip, type Mapping } from '../../src/mapping/map-to-chip.ts';

/** Maps a dense layer of `inputs` x `outputs` weights; every group is stored, every weight 0 (memory that is never touched). */
export function wideLinear(
  inputs: number,
  outputs: number,
  settings: readonly string[] = [],
): Mapping {
  const chip = setChipValues(mars, settings);
  const bits = { weightBits: 8, inputBits: 8 };
  const { wordLinesOn, kernelsPerCore } = macroGeometry(chip, bits);
  const pixel = { height: 1, width: 1 };
  const geometry = {
    channels: inputs,
    kernels: outputs,
    window: onePixel,
  };
  const grid = groupGrid(geometry, { channels: wordLinesOn, kernels: kernelsPerCore });
  const layer: MacroLayer = {
    kind: 'linear',
    name: 'fc',
    input: 'image',
    inputShape: { ...pixel, channels: inputs },
    outputShape: { ...pixel, channels: outputs },
    geometry,
    ...bits,
    weights: new Int8Array(inputs * outputs),
    bias: new Int32Array(outputs),
    grid,
    kept: new Uint8Array(grid.codes * grid.kernelTiles).fill(1),
    residual: undefined,
    requantize: undefined,
    weightScale: 1,
    inputScale: 1,
  };
  const network = {
    name: 'wide',
    input: layer.inputShape,
    classes: outputs,
    weightBits: 8,
    activationBits: 8,
    layers: [layer],
  };
  return mapToChip(network, chip);
}
