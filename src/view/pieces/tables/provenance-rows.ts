// Choosing rows of the provenance table by evidence.

import type { Evidence, ProvenanceEntry } from '../../../chips/index.ts';

/** Every evidence, strongest first. */
export const evidences: readonly Evidence[] = ['read', 'inferred', 'assumed'];

/** Entries of an evidence, or all. */
export const ofEvidence = (
  entries: readonly ProvenanceEntry[],
  wanted: Evidence | 'all',
): readonly ProvenanceEntry[] =>
  wanted === 'all' ? entries : entries.filter(({ evidence }) => evidence === wanted);

/** How many there are. */
export const countEvidence = (
  entries: readonly ProvenanceEntry[],
  wanted: Evidence | 'all',
): number => ofEvidence(entries, wanted).length;
