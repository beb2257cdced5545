// Chip files from before a value existed: it is added such that the file means what it meant.

import type { SourcedValue } from './sourced.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const added = (value: SourcedValue, unit: string, meaning: string): object => ({
  value,
  unit,
  evidence: 'assumed',
  source: `not in the chip file: ${meaning}`,
});

/** The number of a sourced value; `missing` where there is none. */
const numberIn = (node: unknown, missing: number): number =>
  isObject(node) && typeof node['value'] === 'number' ? node['value'] : missing;

/** `values` under those that `group` has itself; anything but an object stays as it is, for the schema to refuse. */
const filled = (group: unknown, values: Json): unknown =>
  isObject(group) ? { ...values, ...group } : group;

/**
 * A chip as JSON with what newer chips have. Its ADC was measured with its own bits, its energies at its own supply; all
 * static power, a single number before, is that of the whole chip; there is no DRAM for maps.
 */
export function completeChip(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { process, adc, energy, static: power, dram, controller, requantizer, ...rest } = value;
  const supply = isObject(process) ? process['supply'] : undefined;
  const { static: whole, ...energies } = isObject(energy) ? energy : {};
  const isOld = power === undefined && whole !== undefined;
  return {
    ...rest,
    ...present({
      process: filled(process, {
        ratedSupply: added(numberIn(supply, 1), 'V', 'energies hold at its own supply'),
      }),
      adc: filled(adc, adcValues(adc)),
      requantizer: requantizer ?? {
        multiplierBits: added(8, '', 'its requantizers had multipliers of 8 bits'),
      },
      energy: isOld ? energies : energy,
      static: power ?? staticOf(whole),
      dram: dram ?? {
        bandwidth: added(6.4, 'GB/s', 'LPDDR4 of 16 bits at 3200 MT/s'),
        latency: added(100, 'ns', 'about what a closed page of LPDDR4 takes'),
      },
      controller: filled(controller, {
        weights: added('weightSram', '', 'weights were taken to be on the chip'),
        maps: added('banks', '', 'maps that fit no bank were refused'),
        batch: added(1, '', 'one image at a time'),
      }),
    }),
  };
}

/** Without what is undefined: a field that is missing is another fault than one that is undefined. */
const present = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function adcValues(adc: unknown): Json {
  const fields = isObject(adc) ? adc : {};
  const values = isObject(fields['values']) ? fields['values']['value'] : undefined;
  const codes = Array.isArray(values) ? Math.max(2, values.length) : 2;
  const ownBits = numberIn(fields['bits'], Math.min(8, Math.ceil(Math.log2(codes))));
  return {
    model: added('none', '', 'every ADC costs the same'),
    calibratedBits: added(ownBits, '', 'its own bits'),
    energyShare: added(0.5, '', 'used only with an adc.model'),
    areaShare: added(0.15, '', 'used only with an adc.model'),
    timeShare: added(0.5, '', 'used only with an adc.model'),
    range: added('chip', '', 'every layer has the chip’s ADC'),
    percentile: added(99.9, '%', 'used only with adc.range=calibrated'),
  };
}

/** The parts of the static power that an old file has as one number, `energy.static`. */
function staticOf(whole: unknown): Json | undefined {
  if (whole === undefined) return undefined;
  const nothing = (unit: string): object => added(0, unit, 'all is in static.control');
  return {
    control: whole,
    core: nothing('mW'),
    macro: nothing('mW'),
    sramByte: nothing('nW/B'),
    gating: added('none', '', 'all static power is drawn all the time'),
  };
}
