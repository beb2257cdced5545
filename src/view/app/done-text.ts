// What is said of a run that has ended.

import { countOf } from '../../core/words.ts';
import type { RunResult } from '../engine/engine.ts';
import { imagesOf, notIncluded } from '../engine/own-file-names.ts';

/** The sentence. @param seconds undefined: it was not run again */
export function doneText({ settings, report, missingImages }: RunResult, seconds?: number): string {
  const time = seconds === undefined ? 'before' : `in ${seconds.toFixed(1)}\u00a0s`;
  if (missingImages !== undefined)
    return `Estimated ${time}, no images simulated: ${notIncluded(missingImages)}. Drop ${imagesOf(missingImages)} here, then run again.`;
  if (settings.images === 0) return `Estimated ${time}, no images simulated.`;
  const done = `${countOf(report.images, 'image')} on ${report.adapter} ${time}.`;
  if (report.backend !== 'reference') return done;
  return `${done} Neither WebGPU nor WebAssembly is available, so only the first images were simulated, in plain loops. The numbers are the same. For more images, use a current browser.`;
}
