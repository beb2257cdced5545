// One linear layer of any size on a variant of MARS, without its weights: where they go and when depends on the groups alone.

import { mars, setChipValues } from '../../src/chips/index.ts';
import type { MacroLayer } from '../../src/compress/compressed-network.ts';
import { onePixel } from '../../src/core/window.ts';
import { mapToChip, type Mapping } from '../../src/mapping/map-to-chip.ts';

/** Maps a dense layer of `inputs` x `outputs` weights, all 0, on a chip that stores every group. */
export function wideLinear(
  inputs: number,
  outputs: number,
  settings: readonly string[] = [],
): Mapping {
  const chip = setChipValues(mars, ['controller.sparsity=none', ...settings]);
  const bits = { weightBits: 8, inputBits: 8 };
  const pixel = { height: 1, width: 1 };
  const geometry = {
    channels: inputs,
    kernels: outputs,
    window: onePixel,
  };
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
