// What the element says of its run, in words.

import { countOf } from '../../core/words.ts';
import { chipPaths } from '../../settings/settings-text.ts';
import type { RunResult } from '../engine/engine.ts';
import { imagesOf, notIncluded } from '../engine/own-file-names.ts';
import { type Attributes, given, words } from './attributes.ts';

/** What of the element names its run. */
interface Named extends Attributes {
  readonly set: string;
  readonly model: string | undefined;
  readonly network: string;
  readonly chip: string;
}

/** What runs, on what, and what of the chip is changed. */
export function headingOf(element: Named): string {
  const changed = [
    ...words(element.set),
    ...Object.entries(chipPaths).flatMap(([name, path]) => {
      const value = given(element, name);
      return value === undefined ? [] : [`${path}=${value}`];
    }),
  ];
  const [first, ...rest] = [`${element.model ?? element.network} on ${element.chip}`, ...changed];
  return rest.length === 0 ? first : `${first}, ${rest.join(', ')}`;
}

/** What is said once a run has ended. */
export function doneText({ settings, report, missingImages }: RunResult): string {
  if (missingImages !== undefined)
    return `Estimated, no images simulated: ${notIncluded(missingImages)}. Set data to the address of ${imagesOf(missingImages)}.`;
  if (settings.images === 0) return 'Estimated from the mapping; nothing was simulated.';
  if (report.backend === 'reference' && report.images < settings.images)
    return `Done without WebGPU, and so on ${report.images} of ${countOf(settings.images, 'image')} only.`;
  return `Done: ${countOf(report.images, 'image')} on ${report.adapter}.`;
}
