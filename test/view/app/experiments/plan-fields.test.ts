// A plan as fields and back, and the settings of the page as its base.

import { describe, expect, it } from 'vitest';
import { expandPlan } from '../../../../src/experiment/expand-plan.ts';
import type { PlanFile } from '../../../../src/experiment/plan.ts';
import { defaultSettings } from '../../../../src/settings/run-settings.ts';
import { baseOf, fieldsOf, planWith } from '../../../../src/view/app/experiments/plan-fields.ts';

describe('the fields of a plan', () => {
  it('give the plan again that they show', () => {
    const plan: PlanFile = {
      version: 1,
      base: { images: 3 },
      axes: [{ grid: { 'adc.bits': '3..6' } }, { grid: { 'noise.read': [0, 0.1] } }],
      chips: 4,
    };
    const fields = fieldsOf(plan)!;

    expect(fields).toEqual({
      axes: [
        { path: 'adc.bits', values: '3..6' },
        { path: 'noise.read', values: '0,0.1' },
      ],
      chips: 4,
    });
    const again = planWith(plan, fields);
    expect(again.base).toEqual({ images: 3 });
    expect(expandPlan(again).points).toEqual(expandPlan(plan).points);
    expect(fieldsOf(again)).toEqual(fields);
  });

  it('may be empty: an axis without path and values is none', () => {
    const plan = planWith({ version: 1 }, { axes: [{ path: '', values: '' }], chips: 1 });

    expect(plan).toEqual({ version: 1, axes: [] });
    expect(expandPlan(plan).points).toHaveLength(1);
  });

  it.each<[string, PlanFile['axes']]>([
    ['a zip', [{ zip: { 'cores.count': [2, 4], 'cores.macros': [4, 2] } }]],
    ['a list', [{ list: [{ chip: 'mars' }] }]],
    ['three paths', [{ grid: { 'adc.bits': [3], 'noise.read': [0], seed: [1] } }]],
    ['a value with a comma', [{ grid: { inputMean: ['1,2,3'] } }]],
  ])('cannot show %s', (_, axes) => {
    expect(fieldsOf({ version: 1, axes })).toBeUndefined();
  });
});

describe('the base of a plan', () => {
  it('has the images, and what differs from the defaults', () => {
    expect(baseOf(defaultSettings)).toEqual({ images: 500 });
    expect(
      baseOf({
        ...defaultSettings,
        network: 'vgg16',
        images: 0,
        densityProfile: 1.1,
        set: ['adc.bits=5'],
        ownImages: 'my pictures',
        chipSeed: 7,
      }),
    ).toEqual({
      network: 'vgg16',
      images: 0,
      densityProfile: 1.1,
      set: ['adc.bits=5'],
      chipSeed: 7,
    });
  });
});
