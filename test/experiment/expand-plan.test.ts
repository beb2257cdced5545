// Plans and their points: what a person writes, which points that makes, and which mistakes are named.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axisValues } from '../../src/experiment/axis-values.ts';
import { expandPlan } from '../../src/experiment/expand-plan.ts';
import { type PlanFile, planJsonSchema, planText, readPlan } from '../../src/experiment/plan.ts';
import { identityText } from '../../src/experiment/point.ts';
import { defaultSettings } from '../../src/settings/run-settings.ts';
import { caught } from '../support/caught.ts';

const plan = (fields: Omit<PlanFile, 'version'>): PlanFile => ({ version: 1, ...fields });
const coordinatesOf = (fields: Omit<PlanFile, 'version'>): readonly unknown[] =>
  expandPlan(plan(fields)).points.map(({ coordinates }) => coordinates);
const said = (fields: Omit<PlanFile, 'version'>): string =>
  caught(() => expandPlan(plan(fields))).message;

describe('the values of an axis', () => {
  it.each([
    ['3..6', [3, 4, 5, 6]],
    ['0,0.1,0.2', [0, 0.1, 0.2]],
    ['0..0.3:0.1', [0, 0.1, 0.2, 0.3]],
    ['mars, mars-4b', ['mars', 'mars-4b']],
    ['1..2,8', [1, 2, 8]],
    ['-1..1', [-1, 0, 1]],
    ['1e-3', [0.001]],
    ['./a..b/chip.json', ['./a..b/chip.json']],
  ])('%s', (text, values) => {
    expect(axisValues(text, 'x')).toEqual(values);
  });

  it.each([
    ['', 'x: has no values'],
    ['3,,4', '"3,,4" has an empty value'],
    ['6..3', 'the range 6..3 has no values'],
    ['0..1:0', 'the range 0..1:0 has no values'],
    ['0..1:-1', 'the range 0..1:-1 has no values'],
    ['1..1000000000', '1,000,000,000 points are too many'],
    ['0..1:1e-300', 'points are too many'],
  ])('refuses "%s"', (text, message) => {
    expect(caught(() => axisValues(text, 'x')).message).toContain(message);
  });
});

describe('the points of a plan', () => {
  it('are every combination of a grid, the last path fastest', () => {
    expect(
      coordinatesOf({ axes: [{ grid: { 'adc.bits': [3, 4], 'noise.read': '0,0.1' } }] }),
    ).toEqual([
      { 'adc.bits': 3, 'noise.read': 0 },
      { 'adc.bits': 3, 'noise.read': 0.1 },
      { 'adc.bits': 4, 'noise.read': 0 },
      { 'adc.bits': 4, 'noise.read': 0.1 },
    ]);
  });

  it('take the values of a zip together, and settings of a list', () => {
    const axes: PlanFile['axes'] = [
      { zip: { 'weight-bits': [4, 8], activationBits: '4,8' } },
      { list: [{ network: 'vgg16', densityProfile: 1.1 }, { network: 'resnet18' }] },
    ];

    expect(coordinatesOf({ axes })).toEqual([
      { weightBits: 4, activationBits: 4, network: 'vgg16', densityProfile: 1.1 },
      { weightBits: 4, activationBits: 4, network: 'resnet18' },
      { weightBits: 8, activationBits: 8, network: 'vgg16', densityProfile: 1.1 },
      { weightBits: 8, activationBits: 8, network: 'resnet18' },
    ]);
  });

  it('have their settings, in one form, and their chip instances', () => {
    const { points } = expandPlan(
      plan({
        base: { seed: 7, set: ['noise.read=0.10', 'adc.bits=9'], images: 12 },
        axes: [{ grid: { 'adc.bits': [4] } }],
        chips: 3,
      }),
    );

    expect(points.map(({ settings }) => settings.chipSeed)).toEqual([7, 8, 9]);
    expect(points[0]!.settings).toEqual({
      ...defaultSettings,
      floatImages: 0,
      images: 12,
      seed: 7,
      chipSeed: 7,
      set: ['adc.bits=4', 'noise.read=0.1'],
    });
  });

  it('are a single one without axes', () => {
    expect(coordinatesOf({ base: { images: 0 } })).toEqual([{}]);
  });

  it('are left out where every path of a condition fits', () => {
    const axes: PlanFile['axes'] = [{ grid: { 'adc.bits': '3..5', 'noise.read': '0..0.2:0.1' } }];
    const exclude: PlanFile['exclude'] = [
      { 'adc.bits': [3, '4'], 'noise.read': { min: 0.1 } },
      { 'adc.bits': 5, 'noise.read': { max: 0 } },
    ];

    expect(coordinatesOf({ axes, exclude })).toEqual([
      { 'adc.bits': 3, 'noise.read': 0 },
      { 'adc.bits': 4, 'noise.read': 0 },
      { 'adc.bits': 5, 'noise.read': 0.1 },
      { 'adc.bits': 5, 'noise.read': 0.2 },
    ]);
  });

  it('have ids that follow from their settings alone, whatever the plan', () => {
    const ids = (fields: Omit<PlanFile, 'version'>): readonly string[] =>
      expandPlan(plan(fields)).points.map(({ id }) => id);
    const [id] = ids({ base: { set: ['noise.read=0.1', 'adc.bits=5'], chipSeed: 3 } });

    expect(id).toMatch(/^[0-9a-f]{16}$/);
    // As computed once: results of earlier sweeps would be orphans otherwise.
    expect(id).toBe('cf93ccff11dc05a5');
    expect(
      ids({ axes: [{ grid: { 'noise.read': ['0.10'], 'adc.bits': [5] } }], base: { chipSeed: 3 } }),
    ).toEqual([id]);
    expect(
      ids({
        base: { chipSeed: 1 },
        axes: [{ list: [{ 'adc.bits': 5, 'noise.read': 0.1 }] }],
        chips: 3,
      })[2],
    ).toBe(id);
    expect(
      ids({ base: { set: ['noise.read=0.1', 'adc.bits=5'], chipSeed: 3, data: '/elsewhere' } }),
    ).toEqual([id]);
    expect(ids({ base: { set: ['noise.read=0.1', 'adc.bits=5'], chipSeed: 4 } })).not.toEqual([id]);
  });

  it('differ in their ids wherever they differ in their settings', () => {
    const { points } = expandPlan(
      plan({ axes: [{ grid: { 'noise.read': '0..0.99:0.01', seed: '0..99' } }], chips: 5 }),
    );

    expect(new Set(points.map(({ id }) => id)).size).toBe(50_000);
    expect(new Set(points.map(({ settings }) => identityText(settings))).size).toBe(50_000);
  });
});

describe('a plan that is not possible', () => {
  it.each<readonly [Omit<PlanFile, 'version'>, string]>([
    [{ axes: [{ grid: { 'adc.bits': [] } }] }, 'axes.0 > adc.bits: has no values'],
    [{ axes: [{ grid: { 'adc.bits': '' } }] }, 'adc.bits: has no values'],
    [{ axes: [{ list: [] }] }, 'axes.0 > list: has no values'],
    [{ axes: [{ zip: {} }] }, 'axes.0 > zip: has no values'],
    [{ axes: [{}] }, 'axes.0: has no values; give it one of grid, zip and list'],
    [{ axes: [{ grid: {}, list: [] }] }, 'has more than one of grid, zip and list'],
    [{ axes: [{ zip: { seed: [1], images: [1, 2] } }] }, 'seed has 1 values, but images has 2'],
    [{ axes: [{ grid: { adcbits: [3] } }] }, '"adcbits" is not a setting'],
    [{ axes: [{ grid: { weigthBits: [3] } }] }, 'did you mean weightBits?'],
    [{ axes: [{ grid: { set: ['adc.bits=3'] } }] }, 'set: is no single value'],
    [{ axes: [{ grid: { data: ['/a'] } }] }, 'data: does not change a result'],
    [
      { axes: [{ grid: { weightBits: [9] } }] },
      'weight-bits: must be a whole number from 2 to 8, not "9"',
    ],
    [{ axes: [{ grid: { seed: [1] } }, { grid: { seed: [2] } }] }, 'seed: is varied by two axes'],
    [
      { axes: [{ grid: { chipSeed: [1] } }], chips: 2 },
      'chipSeed: cannot be an axis where the plan has chips',
    ],
    [
      { axes: [{ grid: { seed: [1, 2, 1] } }] },
      'two points have the same settings (seed=1); give each value once',
    ],
    [{ axes: [{ grid: { 'adc.bits': [4, '4.0'] } }] }, 'two points have the same settings'],
    [
      { axes: [{ grid: { seed: [1] } }], exclude: [{ images: 3 }] },
      'exclude: images is not an axis of the plan; its axes: seed',
    ],
    [
      { axes: [{ grid: { seed: [1] } }], exclude: [{ seed: 1 }] },
      'exclude: its conditions leave out every point',
    ],
    [
      { axes: [{ grid: { seed: [1, 2] } }], baseline: { seed: 3 } },
      'baseline: seed is never 3; its values: 1, 2',
    ],
    [
      { base: { prunedGroups: 0.5, densityProfile: 1 } },
      'density-profile: cannot be given with pruned-groups',
    ],
    [{ base: { chipSeed: 2 ** 32 - 1 }, chips: 2 }, 'chip-seed: must be a whole number'],
  ])('%j', (fields, message) => {
    expect(said(fields)).toContain(message);
  });

  it('is refused with the number of its points before any is made', () => {
    const grid = Object.fromEntries(
      ['adc.bits', 'noise.read', 'noise.cell'].map((path) => [path, '1..1000']),
    );

    expect(said({ axes: [{ grid }] })).toBe(
      'plan: 1,000,000,000 points are too many: a plan may have at most 1,000,000; vary fewer values, or split the plan',
    );
    expect(said({ axes: [{ grid: { seed: '0..9999' } }], chips: 1000 })).toContain(
      '10,000,000 points',
    );
  });
});

describe('a plan file', () => {
  it('comes back from its canonical text', () => {
    fc.assert(
      fc.property(
        fc.record({
          version: fc.constant(1 as const),
          name: fc.string(),
          base: fc.record({ seed: fc.nat(), set: fc.array(fc.string()) }),
          axes: fc.array(
            fc.record({ grid: fc.dictionary(fc.constantFrom('a.b', 'seed'), fc.array(fc.nat())) }),
          ),
          chips: fc.integer({ min: 1, max: 1e6 }),
          baseline: fc.dictionary(fc.constantFrom('a.b', 'seed'), fc.nat()),
        }),
        (one) => {
          expect(readPlan(planText(one), 'plan.json')).toEqual(JSON.parse(JSON.stringify(one)));
        },
      ),
    );
  });

  it.each([
    ['{', 'plan.json: is not JSON'],
    ['{}', 'plan.json > version: is missing'],
    ['{"version":2}', 'plan.json > version: must be 1, not 2'],
    ['{"version":1,"axis":[]}', 'has no field "axis"; did you mean "axes"?'],
    ['{"version":1,"base":{"weightbits":4}}', 'did you mean "weightBits"?'],
    ['{"version":1,"chips":0}', 'plan.json > chips: must be 1 … 1e6, not 0'],
    ['{"version":1,"axes":[{"grid":{"seed":true}}]}', 'plan.json > axes.0.grid.seed: must be'],
  ])('%s is refused', (text, message) => {
    expect(caught(() => readPlan(text, 'plan.json')).message).toContain(message);
  });

  it('has a JSON Schema that names its fields', () => {
    expect(Object.keys((planJsonSchema() as { properties: object }).properties)).toEqual(
      expect.arrayContaining(['base', 'axes', 'chips', 'exclude', 'baseline']),
    );
  });
});
