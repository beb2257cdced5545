// The stages: every setting has one place, old links find theirs, and terms are those of the glossary.

import { describe, expect, it } from 'vitest';
import { chipValues } from '../../../src/settings/chip-values.ts';
import { runSettings } from '../../../src/settings/run-settings.ts';
import { settingsIn } from '../../../src/settings/setting.ts';
import { placeOf, stages, viewNames } from '../../../src/view/app/stages.ts';

describe('the stages of the page', () => {
  it('have every setting of the page and every value of the chip once', () => {
    const all = stages.flatMap(({ settings, more }) => [...settings, ...more]);
    const known = [
      ...settingsIn(runSettings, 'page').map(({ name }) => name),
      ...chipValues.map(({ path }) => path),
    ];

    expect(all.toSorted()).toEqual(known.toSorted());
  });

  it('are found by the views that links named before there were stages', () => {
    const places = Object.fromEntries(
      'headline array timeline layers sums sparsity energy images sweep train runs sources'
        .split(' ')
        .map((view) => [view, placeOf(view).stage?.name]),
    );

    expect(places).toEqual({
      headline: 'report',
      array: 'map',
      timeline: 'timeline',
      layers: 'report',
      sums: 'simulate',
      sparsity: 'compress',
      energy: 'report',
      images: 'network',
      sweep: 'experiments',
      train: 'train',
      runs: 'report',
      sources: 'report',
    });
    for (const view of Object.keys(places)) expect(viewNames).toContain(view);
    expect(placeOf('layers').section).toBe('layers');
    expect(placeOf('report').section).toBeUndefined();
    expect(placeOf('nonsense').stage).toBeUndefined();
  });

  it('say no term that the glossary does not explain', async () => {
    const { explanationOf } = await import('../../../src/view/app/glossary-texts.ts');
    const terms = stages.flatMap(({ lead }) =>
      [...lead.matchAll(/\[([^\]]+)\]/g)].map(([, term]) => term!),
    );

    expect(terms.length).toBeGreaterThan(4);
    for (const term of terms) expect(explanationOf(term), term).toMatch(/^[^`]{20,}\.$/);
    expect(explanationOf('no such term')).toBeUndefined();
  });
});
