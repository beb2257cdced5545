// What a column read costs with an ADC of some bits. A chip states array and ADC together, at the bits that they were
// measured with; a named model says how the ADC's part of energy, area and time follows the bits from there.

import { CimError } from '../core/errors.ts';
import type { AdcCostTable, AdcModel, AdcSpec, ChipSpec } from './chip-spec.ts';

/** How an ADC grows with its bits: relative, since each form is calibrated to what the chip states. */
export interface AdcForm {
  /** Energy of a conversion. */
  energy(bits: number): number;
  /** Area of an ADC. */
  area(bits: number): number;
  /** Time of a conversion; constant where all bits are decided at once, or hidden. */
  time(bits: number): number;
}

const constant = (): number => 1;

/** Every model but `table`; `adcFormTexts` has their sources. */
export const adcForms: Readonly<Record<Exclude<AdcModel, 'table'>, AdcForm>> = {
  zigzag: {
    // The supply is the same before and after, so it leaves the ratio; the rows are those of the array.
    energy: (bits) => 100 * bits + 0.001 * 4 ** bits,
    area: (bits) => 10 ** (-0.0369 * bits + 1.206) * 2 ** bits,
    time: (bits) => bits,
  },
  neurosim: {
    // Power times time; the LSTP constants of 22 and 32 nm, interpolated to 28 nm, without the term of the input current.
    energy: (bits) => (0.893 * bits + 7.09) * (bits + 1),
    area: (bits) => 478 + 182 * (bits - 1),
    time: (bits) => bits + 1,
  },
  walden: {
    energy: (bits) => 2 ** bits,
    area: (bits) => 2 ** bits,
    time: constant,
  },
  schreier: {
    energy: (bits) => 4 ** bits,
    area: (bits) => 2 ** bits,
    time: constant,
  },
  none: {
    energy: constant,
    area: constant,
    time: constant,
  },
};

/** What a column read costs. */
export interface ReadoutCost {
  /** Bits of the ADC; of a table those that number its codes. */
  readonly bits: number;
  /** One column read in one input phase, fJ at the chip's supply: bit line and word lines, and the conversion. */
  readonly array: number;
  readonly adc: number;
  /** Their sum, fJ. */
  readonly columnRead: number;
  /** One macro with its ADCs, mm2. */
  readonly macroArea: number;
  /** An input phase, ns. */
  readonly phaseTime: number;
}

/** Bits of an ADC: those it has, or those that number the codes of a table. */
export const adcBits = (adc: AdcSpec): number =>
  adc.kind === 'table'
    ? Math.max(1, Math.ceil(Math.log2(adc.values.value.length)))
    : adc.bits.value;

/** By how much energies differ from those at the supply they are stated for: (supply / ratedSupply)^2. */
export const supplyScale = ({ process }: Pick<ChipSpec, 'process'>): number =>
  (process.supply.value / process.ratedSupply.value) ** 2;

/** ADCs of a macro: one per bit line. */
export const adcsPerMacro = ({ macro }: Pick<ChipSpec, 'macro'>): number =>
  macro.partitions.value * macro.bitLinesPerPartition.value;

/** The {@link ReadoutCost} of a chip: what it states at `adc.calibratedBits`, and how far its ADC is from those. */
export function readoutCost(chip: ChipSpec): ReadoutCost {
  const { adc, energy, area, macro } = chip;
  const bits = adcBits(adc);
  const calibrated = adcParts(chip, adc.calibratedBits.value);
  const own = adcParts(chip, bits);
  const scale = supplyScale(chip);
  return {
    bits,
    array: (energy.columnPhase.value - calibrated.energy) * scale,
    adc: own.energy * scale,
    columnRead: (energy.columnPhase.value + (own.energy - calibrated.energy)) * scale,
    macroArea: area.macro.value + (own.area - calibrated.area),
    phaseTime: macro.phaseTime.value + (own.time - calibrated.time),
  };
}

/** The ADC's part of a column read (fJ), of the macro's area (mm2) and of an input phase (ns). */
interface AdcParts {
  readonly energy: number;
  readonly area: number;
  readonly time: number;
}

function adcParts(chip: ChipSpec, bits: number): AdcParts {
  const { adc, energy, area, macro } = chip;
  const model = adc.model.value;
  if (model === 'table') return tableParts(adc.costs, bits, adcsPerMacro(chip));
  const form = adcForms[model];
  const from = adc.calibratedBits.value;
  return {
    energy:
      energy.columnPhase.value * adc.energyShare.value * (form.energy(bits) / form.energy(from)),
    area: area.macro.value * adc.areaShare.value * (form.area(bits) / form.area(from)),
    time: macro.phaseTime.value * adc.timeShare.value * (form.time(bits) / form.time(from)),
  };
}

function tableParts(costs: AdcCostTable | undefined, bits: number, adcs: number): AdcParts {
  const at = costs?.bits.value.indexOf(bits) ?? -1;
  return {
    energy: costs?.energy.value[at] ?? 0,
    area: ((costs?.area.value[at] ?? 0) * adcs) / 1e6,
    time: costs?.time.value[at] ?? 0,
  };
}

/**
 * Checks what the ADC costs.
 * @throws {CimError} (chip) for a table that is missing, lacks the bits that are asked of it or falls, and for an ADC
 * that alone takes more than the whole column read, macro or phase that it is a part of
 */
export function checkAdcCosts(chip: ChipSpec, where: string): void {
  const { adc } = chip;
  const fail = (path: string, what: string, todo: string): never => {
    throw new CimError('chip', { what, where: [where, path], todo });
  };
  if (adc.costs) checkCostTable(adc.costs, fail);
  if (adc.model.value !== 'table') return;
  if (!adc.costs)
    return fail(
      'adc.costs',
      'is missing, and adc.model is "table"',
      'give it, or another adc.model',
    );
  for (const bits of [adc.calibratedBits.value, adcBits(adc)])
    if (!adc.costs.bits.value.includes(bits))
      fail('adc.costs.bits', `has no row for ${bits} bits`, 'give one, or use bits that it has');
  const parts = adcParts(chip, adc.calibratedBits.value);
  const wholes = [
    ['energy', parts.energy, chip.energy.columnPhase.value, 'energy.columnPhase', 'fJ'],
    ['area', parts.area, chip.area.macro.value, 'area.macro', 'mm2'],
    ['time', parts.time, chip.macro.phaseTime.value, 'macro.phaseTime', 'ns'],
  ] as const;
  for (const [name, part, whole, path, unit] of wholes)
    if (part > whole)
      fail(
        `adc.costs.${name}`,
        `the ADC takes ${part} ${unit} at ${adc.calibratedBits.value} bits, more than ${path} (${whole} ${unit}), which it is a part of`,
        `lower it, or raise ${path}`,
      );
}

function checkCostTable(
  costs: AdcCostTable,
  fail: (path: string, what: string, todo: string) => void,
): void {
  const rows = costs.bits.value.length;
  for (const name of ['bits', 'energy', 'area', 'time'] as const) {
    const list = costs[name].value;
    if (list.length !== rows)
      fail(
        `adc.costs.${name}`,
        `has ${list.length} values for ${rows} bits`,
        'give one for each of adc.costs.bits',
      );
    const falls = (value: number, before: number): boolean =>
      name === 'bits' ? value <= before : value < before;
    const at = list.findIndex((value, i) => i > 0 && falls(value, list[i - 1] as number));
    if (at > 0)
      fail(
        `adc.costs.${name}`,
        `${list[at]} follows ${list[at - 1]}`,
        'an ADC of more bits costs as much or more: give them in ascending order',
      );
  }
}
