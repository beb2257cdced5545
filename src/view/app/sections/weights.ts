// What compression leaves of a network, in figures.

import { weightFacts } from '../../../report/chip-facts.ts';
import { drawFacts } from '../../pieces/tables/headline.ts';
import type { DrawSection } from '../shown.ts';

/** Draws them. */
export const draw: DrawSection = (place, { result, ask }) =>
  drawFacts(place, weightFacts(result.report), ask);
