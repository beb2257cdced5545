// Chips whose macros and ADCs are of other kinds than MARS's. No published ones: every number that differs from the
// generic chip is assumed, with the design that it is modelled on.

import {
  type ChipSpec,
  genericSram,
  type TableAdcSpec,
  type UniformAdcSpec,
} from '../../src/chips/index.ts';
import { sourced } from '../../src/chips/sourced.ts';

const assumed = <T extends number | readonly number[]>(
  value: T,
  source: string,
  unit = '',
): ReturnType<typeof sourced<T>> => sourced(value, unit, 'assumed', source);

/** What an ADC costs: as the generic chip's. */
const { model, calibratedBits, energyShare, areaShare, timeShare, range, percentile } =
  genericSram.adc;
const costs = { model, calibratedBits, energyShare, areaShare, timeShare, range, percentile };

const adcOf = (bits: number, step: number, source: string): UniformAdcSpec => ({
  ...costs,
  bits: assumed(bits, source),
  step: assumed(step, source, 'unit discharge'),
  offset: assumed(0, source, 'unit discharge'),
});

const isaac =
  'two bits per cell, as ISAAC’s memristors (Shafiee et al., ISCA 2016); all other numbers are those of the generic chip';

/** Two bits per cell: 1, 4, 16, 64 and the sign. The ADC has every second of the sums up to 126. */
export const twoBitCells: ChipSpec = {
  ...genericSram,
  name: 'two-bit-cells',
  macro: {
    ...genericSram.macro,
    cells: { kind: 'twosComplement', bits: assumed(2, isaac) },
  },
  adc: adcOf(6, 2, 'two bits less than the sums of 16 two-bit cells and two-bit digits need'),
};

const pairs =
  'two columns per digit, one for either sign, as conductance pairs of resistive memories have them; all other numbers are those of the generic chip';

/** Differential columns of one-bit cells: 14 of them for 8-bit weights. The ADC has every second of the sums up to 30. */
export const differentialPairs: ChipSpec = {
  ...genericSram,
  name: 'differential-pairs',
  macro: {
    ...genericSram.macro,
    bitLinesPerPartition: assumed(16, pairs),
    cells: { kind: 'differential', bits: assumed(1, pairs) },
  },
  adc: adcOf(4, 2, 'two bits less than the sums of 16 cells and two-bit digits need'),
};

const fine =
  'fine steps where most sums are and coarse ones above, as non-linear ADCs for CIM have been proposed with; the levels are chosen for the example';

/** Sums up to 8 as they are, then every 4, 8 and 12. */
const tableAdc: TableAdcSpec = {
  ...costs,
  kind: 'table',
  thresholds: assumed(
    [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 10, 14, 20, 28, 38],
    fine,
    'unit discharge',
  ),
  values: assumed([0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 44], fine, 'unit discharge'),
};

/** The bits of two's complement behind an ADC whose codes are not as far apart everywhere. */
export const nonUniformAdc: ChipSpec = { ...genericSram, name: 'non-uniform-adc', adc: tableAdc };

/** The three. */
export const otherMacros: readonly ChipSpec[] = [twoBitCells, differentialPairs, nonUniformAdc];

/** The same chips with ADCs that lose nothing. */
export const losslessMacros: readonly ChipSpec[] = [
  { ...twoBitCells, adc: adcOf(8, 1, 'sums of up to 144') },
  { ...differentialPairs, adc: adcOf(6, 1, 'sums of up to 48') },
  {
    ...nonUniformAdc,
    adc: {
      ...costs,
      kind: 'table',
      // Every sum has a code, and some thresholds more lie in between.
      thresholds: assumed(
        Array.from({ length: 97 }, (_, i) => i / 2 + 0.25),
        fine,
        'unit discharge',
      ),
      values: assumed(
        Array.from({ length: 98 }, (_, i) => i / 2 + (i % 2 === 1 && i > 50 ? 0.125 : 0)),
        fine,
        'unit discharge',
      ),
    },
  },
];
