import { describe, expect, it } from 'vitest';
import { adcForms, readoutCost, supplyScale } from '../../src/chips/adc-cost.ts';
import { adcFormTexts } from '../../src/chips/adc-form-texts.ts';
import { type ChipSpec, chips, mars, readChipFile, setChipValues } from '../../src/chips/index.ts';
import { macroGeometry } from '../../src/chips/macro-geometry.ts';
import { sourced } from '../../src/chips/sourced.ts';
import { chipArea } from '../../src/report/area.ts';
import { caught } from '../support/caught.ts';
import { nonUniformAdc } from '../support/other-macros.ts';

const costOf = (...settings: readonly string[]): ReturnType<typeof readoutCost> =>
  readoutCost(setChipValues(mars, settings));

const models = ['zigzag', 'neurosim', 'walden', 'schreier'] as const;
const allBits = [3, 4, 5, 6, 7, 8];

describe.each(Object.values(chips))('the column read of $name', (chip) => {
  it('costs what the chip states with the ADC that it states', () => {
    const { columnRead, macroArea, phaseTime } = readoutCost(chip);

    expect(columnRead).toBe(chip.energy.columnPhase.value);
    expect(macroArea).toBe(chip.area.macro.value);
    expect(phaseTime).toBe(chip.macro.phaseTime.value);
  });

  it('is array and ADC', () => {
    const { array, adc, columnRead } = readoutCost(chip);

    expect(array + adc).toBeCloseTo(columnRead, 9);
    expect(adc / columnRead).toBeCloseTo(chip.adc.energyShare.value, 12);
  });
});

describe('readoutCost', () => {
  it('is 60 fJ on mars and 43 at the low end, at 6 bits', () => {
    expect(readoutCost(mars).columnRead).toBe(60);
    expect(readoutCost(chips['mars-low-energy']!).columnRead).toBe(43);
  });

  it('follows ZigZag’s forms by pencil and paper', () => {
    const { array, adc, columnRead, macroArea } = costOf('adc.bits=3');

    // 36 of 60 fJ are the ADC's at 6 bits: 604.096 fF there, 300.064 at 3 bits.
    expect(array).toBeCloseTo(24, 9);
    expect(adc).toBeCloseTo((36 * 300.064) / 604.096, 9);
    expect(columnRead).toBeCloseTo(24 + (36 * 300.064) / 604.096, 9);
    // 15 % of 0.27 mm2; 618 um2 per ADC at 6 bits, 99.6 at 3.
    const [six, three] = [10 ** (1.206 - 0.2214) * 64, 10 ** (1.206 - 0.1107) * 8];
    expect(Math.round(six)).toBe(618);
    expect(macroArea).toBeCloseTo(0.27 * (0.85 + (0.15 * three) / six), 9);
  });

  it.each(models)('%s: energy and area grow with every bit, the array stays', (model) => {
    const costs = allBits.map((bits) => costOf(`adc.model=${model}`, `adc.bits=${bits}`));
    const areas = allBits.map(
      (bits) => chipArea(setChipValues(mars, [`adc.model=${model}`, `adc.bits=${bits}`]))[0]!.area,
    );

    costs.slice(1).forEach((cost, i) => {
      expect(cost.columnRead).toBeGreaterThan(costs[i]!.columnRead);
      expect(areas[i + 1]).toBeGreaterThan(areas[i]!);
      expect(cost.array).toBe(costs[0]!.array);
    });
    expect(costs[3]!.columnRead).toBe(60);
    expect(areas[3]).toBeCloseTo(8 * 0.27, 12);
  });

  it('takes longer with more bits where they are decided one after the other', () => {
    // Half of 2.1 ns is the conversion of 6 bits.
    expect(costOf('adc.bits=8').phaseTime).toBeCloseTo(1.05 + (1.05 * 8) / 6, 12);
    expect(costOf('adc.bits=8', 'adc.model=neurosim').phaseTime).toBeCloseTo(
      1.05 + (1.05 * 9) / 7,
      12,
    );
    for (const model of ['walden', 'schreier', 'none'])
      expect(costOf('adc.bits=8', `adc.model=${model}`).phaseTime).toBe(2.1);
    expect(costOf('adc.bits=8', 'adc.timeShare=0').phaseTime).toBe(2.1);
  });

  it('makes a macro-op longer where the conversion no longer fits its cycle', () => {
    const cyclesOf = (...settings: readonly string[]): number =>
      macroGeometry(setChipValues(mars, settings), { weightBits: 8, inputBits: 8 })
        .cyclesPerMacroOp;

    // Four phases: 8.4 ns at 6 bits, 9.8 at 8, in cycles of 10 ns; and of 8.5 ns.
    expect([cyclesOf(), cyclesOf('adc.bits=8')]).toEqual([1, 1]);
    const fast = 'clock.frequency=117';
    expect([cyclesOf(fast), cyclesOf(fast, 'adc.bits=8')]).toEqual([1, 2]);
  });

  it('asks nothing for other steps and offsets', () => {
    expect(costOf('adc.step=4', 'adc.offset=3')).toEqual(costOf());
  });

  it('is the same for every ADC without a model', () => {
    const without = allBits.map((bits) => costOf('adc.model=none', `adc.bits=${bits}`).columnRead);

    expect(new Set(without)).toEqual(new Set([60]));
  });

  it('counts the bits that number the codes of a table', () => {
    // 14 codes.
    expect(readoutCost(nonUniformAdc).bits).toBe(4);
    expect(readoutCost(nonUniformAdc).columnRead).toBe(costOf('adc.bits=4').columnRead);
  });

  it('goes with the square of the supply', () => {
    const half = setChipValues(mars, ['process.supply=0.425']);

    expect(supplyScale(mars)).toBe(1);
    expect(supplyScale(half)).toBe(0.25);
    expect(readoutCost(half)).toMatchObject({ columnRead: 15, macroArea: 0.27, phaseTime: 2.1 });
  });

  it('has a source for every form', () => {
    expect(Object.keys(adcFormTexts)).toEqual(Object.keys(adcForms));
    for (const { source } of Object.values(adcFormTexts)) expect(source.length).toBeGreaterThan(20);
  });
});

/** MARS whose ADC costs what a table says; 64 ADCs per macro. */
function tabled(change: Partial<Record<string, readonly number[]>> = {}): ChipSpec {
  const row = (name: string, unit: string, values: readonly number[]): object =>
    sourced(change[name] ?? values, unit, 'assumed', 'a test');
  const costs = {
    bits: row('bits', '', [4, 6, 8]),
    energy: row('energy', 'fJ', [20, 30, 55]),
    area: row('area', 'um2', [100, 500, 2000]),
    time: row('time', 'ns', [0.5, 0.75, 1]),
  };
  const adc = { ...mars.adc, costs, model: sourced('table', '', 'assumed', 'a test') };
  return readChipFile(JSON.stringify({ ...mars, adc }), 'mine.json');
}

describe('a table of what the ADC costs', () => {
  it('counts from the bits that the column read was stated for', () => {
    const at = (bits: number): ReturnType<typeof readoutCost> =>
      readoutCost(setChipValues(tabled(), [`adc.bits=${bits}`]));

    expect(at(6)).toMatchObject({ array: 30, adc: 30, columnRead: 60, macroArea: 0.27 });
    expect(at(4).columnRead).toBe(50);
    expect(at(8).columnRead).toBe(85);
    expect(at(8).macroArea).toBeCloseTo(0.27 + (64 * 1500) / 1e6, 12);
    expect(at(4).phaseTime).toBeCloseTo(1.85, 12);
  });

  it.each<[string, () => unknown, string, string]>([
    ['falls', () => tabled({ energy: [20, 30, 25] }), 'adc.costs.energy', '25 follows 30'],
    ['has bits twice', () => tabled({ bits: [4, 6, 6] }), 'adc.costs.bits', '6 follows 6'],
    ['is too short', () => tabled({ area: [1, 2] }), 'adc.costs.area', 'has 2 values for 3 bits'],
    [
      'lacks its bits',
      () => setChipValues(tabled(), ['adc.bits=5']),
      'adc.costs.bits',
      'has no row for 5 bits',
    ],
    [
      'takes more than the whole',
      () => tabled({ energy: [20, 70, 80] }),
      'adc.costs.energy',
      'more than energy.columnPhase',
    ],
    ['is missing', () => setChipValues(mars, ['adc.model=table']), 'adc.costs', 'is missing'],
  ])('is refused where it %s', (_, make, path, words) => {
    const error = caught(make);

    expect(error.kind).toBe('chip');
    expect(error.where[1]).toBe(path);
    expect(error.message).toContain(words);
    expect(error.message.split('\n')).toHaveLength(1);
  });
});

describe('bad numbers of what things cost', () => {
  it.each([
    ['dram.bandwidth', '0'],
    ['adc.percentile', '0'],
    ['adc.percentile', '100.1'],
    ['adc.percentile', '-3'],
    ['adc.energyShare', '1.5'],
    ['adc.model', 'guess'],
    ['static.gating', 'some'],
    ['controller.batch', '0'],
    ['process.node', '7'],
  ])('%s=%s is refused in one line that names it', (path, text) => {
    const error = caught(() => setChipValues(mars, [`${path}=${text}`]));

    expect(error.kind).toBe('chip');
    expect(error.message).toContain(path);
    expect(error.message.split('\n')).toHaveLength(1);
  });

  it('the node that a chip has is none', () => {
    expect(setChipValues(mars, ['process.node=28']).process.node.value).toBe(28);
  });
});

describe('a chip file of before', () => {
  const old = (): Record<string, Record<string, unknown>> => {
    const chip = JSON.parse(JSON.stringify(mars)) as Record<string, Record<string, unknown>>;
    for (const name of [
      'model',
      'calibratedBits',
      'energyShare',
      'areaShare',
      'timeShare',
      'range',
      'percentile',
    ])
      delete chip['adc']![name];
    delete chip['process']!['ratedSupply'];
    delete chip['static'];
    delete chip['dram'];
    for (const name of ['weights', 'maps', 'batch']) delete chip['controller']![name];
    chip['energy']!['static'] = sourced(0.5, 'mW', 'assumed', 'a test');
    return chip;
  };

  it('means what it meant: one static power, an ADC that costs the same, no DRAM for maps', () => {
    const chip = readChipFile(JSON.stringify(old()), 'old.json');

    expect(readoutCost(chip)).toMatchObject({ columnRead: 60, macroArea: 0.27, phaseTime: 2.1 });
    expect(readoutCost(setChipValues(chip, ['adc.bits=3'])).columnRead).toBe(60);
    expect(chip.static.control).toMatchObject({ value: 0.5, source: 'a test' });
    expect([chip.static.core.value, chip.static.macro.value, chip.static.sramByte.value]).toEqual([
      0, 0, 0,
    ]);
    expect(chip.energy).not.toHaveProperty('static');
    expect(chip.controller.maps.value).toBe('banks');
    expect(chip.adc.model.source).toContain('not in the chip file');
  });

  it('counts from its own bits once it is given a model', () => {
    const chip = setChipValues(readChipFile(JSON.stringify(old()), 'old.json'), [
      'adc.model=zigzag',
    ]);

    expect(readoutCost(chip).columnRead).toBe(60);
    expect(readoutCost(setChipValues(chip, ['adc.bits=3'])).columnRead).toBeLessThan(60);
  });

  it('is refused for what was wrong then', () => {
    const chip = old();
    chip['energy']!['static'] = sourced(-1, 'mW', 'assumed', 'a test');

    expect(caught(() => readChipFile(JSON.stringify(chip), 'old.json')).where).toEqual([
      'old.json',
      'static.control.value',
    ]);
  });
});
