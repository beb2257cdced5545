import { describe, expect, it } from 'vitest';
import { noiseText } from '../../src/report/noise-text.ts';

describe('noiseText', () => {
  it('names every deviation that is not 0, shares as percent', () => {
    expect(noiseText({ read: 0.15, offset: 0.2, gain: 0.005, cell: 0.07 })).toBe(
      'read noise 0.15 units, column offset 0.2 units, column gain 0.5 %, cell mismatch 7 %',
    );
    expect(noiseText({ read: 0, offset: 0, gain: 0, cell: 0.03 })).toBe('cell mismatch 3 %');
  });

  it('is `none` where there is none', () => {
    expect(noiseText({ read: 0, offset: 0, gain: 0, cell: 0 })).toBe('none');
  });
});
