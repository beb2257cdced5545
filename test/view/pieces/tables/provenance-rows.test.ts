import { describe, expect, it } from 'vitest';
import { mars } from '../../../../src/chips/index.ts';
import { provenanceOf } from '../../../../src/chips/sourced.ts';
import {
  countEvidence,
  evidences,
  ofEvidence,
} from '../../../../src/view/pieces/tables/provenance-rows.ts';

describe('rows of the provenance table', () => {
  const entries = provenanceOf(mars);

  it('each have one evidence', () => {
    expect(evidences.reduce((sum, one) => sum + countEvidence(entries, one), 0)).toBe(
      entries.length,
    );
    expect(countEvidence(entries, 'all')).toBe(entries.length);
  });

  it('are chosen by it', () => {
    const assumed = ofEvidence(entries, 'assumed');

    expect(assumed.length).toBeGreaterThan(0);
    expect(new Set(assumed.map(({ evidence }) => evidence))).toEqual(new Set(['assumed']));
  });
});
