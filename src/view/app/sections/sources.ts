// Where every number of the chip comes from.

import { drawProvenanceTable } from '../../pieces/tables/provenance-table.ts';
import type { DrawSection } from '../shown.ts';

/** Draws them. */
export const draw: DrawSection = (place, { result }) =>
  drawProvenanceTable(place, result.report.provenance);
