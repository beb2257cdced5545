// The noise of a simulation in words, for terminal and page.

import type { NoiseDeviations } from '../chips/noise-spec.ts';

/** Every deviation that is not 0, such as `read noise 0.15 units, cell mismatch 3 %`; `none` where all are. */
export function noiseText({ read, offset, gain, cell }: NoiseDeviations): string {
  const units = (deviation: number): string => `${deviation} units`;
  const percent = (share: number): string => `${Number((100 * share).toPrecision(6))} %`;
  const parts = [
    read > 0 ? `read noise ${units(read)}` : '',
    offset > 0 ? `column offset ${units(offset)}` : '',
    gain > 0 ? `column gain ${percent(gain)}` : '',
    cell > 0 ? `cell mismatch ${percent(cell)}` : '',
  ];
  return parts.filter((part) => part !== '').join(', ') || 'none';
}
