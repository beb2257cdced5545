import { describe, expect, it } from 'vitest';
import { type ChipSpec, chips, setChipValues } from '../../src/chips/index.ts';
import { compress } from '../../src/compress/compress.ts';
import { groupShapeOf } from '../../src/mapping/layer-groups.ts';
import { type MappedMacroLayer, mapToChip, type Mapping } from '../../src/mapping/map-to-chip.ts';
import { layerStorage } from '../../src/mapping/mapping-summary.ts';
import { estimateRun } from '../../src/pipeline/estimate.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { explain, explainable, type Explained } from '../../src/report/explain/explain.ts';
import {
  type Expression,
  counted,
  minus,
  over,
  plus,
  textOf,
  times,
} from '../../src/report/explain/expression.ts';
import { headlineFacts } from '../../src/report/headline-facts.ts';
import { summarize } from '../../src/report/summarize.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { scheduleAll } from '../../src/timeline/schedule-all.ts';
import { caught } from '../support/caught.ts';
import { mapped } from '../support/mapped.ts';
import { noise, tourNetwork } from '../support/small-networks.ts';

const tour = tourNetwork();

function explainedOn(chip: ChipSpec): Explained {
  const groupShape = groupShapeOf(chip, 8);
  const network = compress(tour, { groupShape, prunedGroups: 0.3 });
  const mapping = mapToChip(network, chip);
  const schedules = scheduleAll(mapping);
  const report = summarize(mapping, estimateRun(mapping), schedules);
  return { mapping, timeline: schedules.timeline, report };
}

/** The number of a report at a path of an explanation. */
function reported({ mapping, report }: Explained, path: string): number {
  const [group, ...rest] = path.split('.');
  if (group === 'layers') {
    const layer = report.layers.find(({ name }) => path.startsWith(`layers.${name}.`))!;
    if (path.endsWith('.density')) return layer.groupsKept / layer.groups;
    if (path.endsWith('.saturatedShare')) return layer.saturatedReads / layer.columnReads;
    const bits = ['storedBits', 'indexBits', 'denseBits'] as const;
    const key = bits.find((one) => path.endsWith(`.${one}`));
    if (key) return storageOf(mapping, layer.name)[key];
    return at(layer, path.slice(`layers.${layer.name}.`.length).split('.'));
  }
  if (path === 'compression.density')
    return report.compression.groupsKept / report.compression.groups;
  const sums: Readonly<Record<string, 'macs' | 'macroOps'>> = {
    'compression.macs': 'macs',
    'performance.macroOps': 'macroOps',
  };
  const summed = sums[path];
  if (summed) return report.layers.reduce((all, layer) => all + layer[summed], 0);
  if (path === 'energy.withDram') return report.energy.perFrame.total + report.energy.dram;
  if (group === 'reads') {
    const sum = (field: 'saturatedReads' | 'columnReads' | 'overflowedSums'): number =>
      report.layers.reduce((all, layer) => all + layer[field], 0);
    return path === 'reads.overflowedSums'
      ? sum('overflowedSums')
      : sum('saturatedReads') / sum('columnReads');
  }
  if (group === 'provenance')
    return report.provenance.filter(({ evidence }) => evidence === rest[0]).length;
  const part = report.area.parts.find((one) => one.part === rest[0]);
  if (group === 'area' && part) return part.area;
  if (group === 'energy' && Object.hasOwn(report.energy.perFrame, rest[0]!))
    return at(report.energy.perFrame, rest);
  return at(report, [group!, ...rest]);
}

const storageOf = (mapping: Mapping, layer: string): ReturnType<typeof layerStorage> =>
  layerStorage(
    mapping.layers.find(
      (one) => one.kind === 'macro' && one.layer.name === layer,
    ) as MappedMacroLayer,
  );

const at = (node: unknown, keys: readonly string[]): number =>
  keys.reduce<unknown>((found, key) => (found as Record<string, unknown>)[key], node) as number;

const inStrips = ['featureMap.bankBytes=500', 'featureMap.shortcutBytes=500'];
const variants: readonly (readonly string[])[] = [
  [],
  ['adc.bits=4', 'process.supply=0.7', 'static.gating=idle'],
  [...inStrips, 'controller.weights=dram'],
  ['controller.batch=2', 'controller.overlap=macroPingPong'],
];

describe('explain', () => {
  it.each(Object.values(chips).flatMap((chip) => variants.map((set) => ({ chip, set }))))(
    'gives every number that the report has: $chip.name $set',
    ({ chip, set }) => {
      const of = explainedOn(setChipValues(chip, set));
      const paths = explainable(of);

      expect(paths.length).toBeGreaterThan(60);
      for (const path of paths) {
        const { value } = explain(of, path);
        const expected = reported(of, path);
        // The same numbers in another order.
        expect(Math.abs(value - expected), `${path}: ${value}, ${expected}`).toBeLessThanOrEqual(
          1e-9 * Math.abs(expected),
        );
      }
    },
  );

  it('explains what a simulation counted', async () => {
    const mapping = mapped(tour);
    const run = await simulate(mapping, noise(tour.input, 2), { backend: openReference() });
    const schedules = scheduleAll(mapping);
    const report = summarize(mapping, run, schedules);

    const { value, terms } = explain(
      { mapping, timeline: schedules.timeline, report },
      'energy.perFrame.macro',
    );

    expect(value).toBeCloseTo(report.energy.perFrame.macro, 6);
    expect(terms.find(({ name }) => name === 'silent column reads')!.value).toBeGreaterThan(0);
  });

  it('knows every number of the headline and of the layers of a simulation', async () => {
    const mapping = mapped(tour, { settings: ['adc.bits=3'], prunedGroups: 0.3 });
    const run = await simulate(mapping, noise(tour.input, 4), { backend: openReference() });
    const schedules = scheduleAll(mapping);
    const accuracy = {
      top1: 0.5,
      floatTop1: 2 / 3,
      floatImages: 3,
      quantizedTop1: 0.75,
      agreement: 0.25,
    };
    const report = summarize(mapping, { ...run, peakMemory: 1234 }, schedules, { accuracy });
    const of: Explained = { mapping, timeline: schedules.timeline, report };

    const facts = headlineFacts(report)
      .flatMap((group) => group.facts)
      .filter(({ value }) => typeof value === 'number');
    expect(facts.filter(({ path }) => path === undefined).map(({ label }) => label)).toEqual([]);
    for (const { label, path, value, unit } of facts) {
      const found = explain(of, path!);
      const factor = unit === 'bits' && found.unit === 'B' ? 8 : 1;
      const expected = value as number;
      expect(
        Math.abs(factor * found.value - expected),
        `${label}, ${path}: ${found.value}, ${expected}`,
      ).toBeLessThanOrEqual(1e-9 * Math.abs(expected));
    }
    const paths = explainable(of);
    for (const path of paths) {
      const expected = reported(of, path);
      expect(Math.abs(explain(of, path).value - expected), path).toBeLessThanOrEqual(
        1e-9 * Math.abs(expected),
      );
    }
    for (const field of ['macs', 'density', 'macroOps', 'saturatedShare', 'overflowedSums'])
      expect(paths).toContain(`layers.main.${field}`);
    // What a formula leads on to has a formula as well.
    for (const path of paths)
      for (const { name, source } of explain(of, path).terms)
        if (source === `mars explain ${name}`) expect(paths, path).toContain(name);
  });

  it.each(['accuracy.top1', 'reads.saturatedShare', 'layers.main.saturatedReads'])(
    'says of %s that an estimate does not find it',
    (path) => {
      const error = caught(() => explain(explainedOn(chips['mars']!), path));
      expect(error.message).toContain('known only where images are simulated');
    },
  );

  it('shows formula, numbers, and the source of each', () => {
    const of = explainedOn(chips['mars']!);

    expect(explain(of, 'energy.macro')).toMatchObject({
      path: 'energy.macro',
      unit: 'pJ',
      formula:
        '(driven column reads + silent column reads * energy.zeroPhaseShare) * energy.columnPhase / 1000',
      worked: expect.stringMatching(/^\(\d+ \+ 0 \* 0\.43\) \* 60 \/ 1000$/),
      terms: expect.arrayContaining([
        {
          name: 'energy.columnPhase',
          value: 60,
          unit: 'fJ',
          evidence: 'inferred',
          source: chips['mars']!.energy.columnPhase.source,
        },
      ]),
    });
    const cut = explain(
      explainedOn(setChipValues(chips['mars']!, ['adc.bits=4'])),
      'energy.columnRead.adc',
    );
    expect(cut.formula).toBe(
      'energy.columnPhase * adc.energyShare * zigzag(4 bits) / zigzag(6 bits)',
    );
    expect(cut.terms.find(({ name }) => name === 'zigzag(4 bits)')!.source).toContain('ZigZag-IMC');
  });

  it.each([
    ['energy.macros', 'energy.macro'],
    ['layers.stem', 'layers.stem.energy.macro'],
    ['performance.framesPerSeconds', 'performance.framesPerSecond'],
    ['nothing at all', 'layers.<name>.cycles'],
  ])('says of %s what was meant', (path, meant) => {
    const error = caught(() => explain(explainedOn(chips['mars']!), path));

    expect(error.kind).toBe('usage');
    expect(error.message).toContain(`"${path}"`);
    expect(error.todo).toContain(meant);
  });
});

describe('textOf', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => counted(name, 1, '', 'a test')) as [
    Expression,
    Expression,
    Expression,
  ];

  it.each([
    [times(plus(a, b), c), '(a + b) * c'],
    [plus(times(a, b), c), 'a * b + c'],
    [over(a, times(b, c)), 'a / (b * c)'],
    [over(times(a, b), c), 'a * b / c'],
    [minus(a, plus(b, c)), 'a - (b + c)'],
    [minus(minus(a, b), c), 'a - b - c'],
  ])('puts brackets where they are needed, and only there: %#', (expression, text) => {
    expect(textOf(expression, ({ name }) => name)).toBe(text);
  });
});
