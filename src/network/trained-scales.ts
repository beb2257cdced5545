// Trained scales when the weights that they belong to are multiplied.

import { largest } from '../core/extremes.ts';
import type { TrainedScales } from './network.ts';

/** Scales of weights of which those of each kernel are multiplied by its factor; a kernel of zeros keeps its scale. */
export function scaledBy(scales: TrainedScales, factors: ArrayLike<number>): TrainedScales {
  const kernelScales = Array.from(factors, (factor, m) => {
    const scale = scales.kernelScales?.[m] ?? scales.weightScale;
    return factor === 0 ? scale : scale * Math.abs(factor);
  });
  return { ...scales, weightScale: largest(kernelScales), kernelScales };
}
