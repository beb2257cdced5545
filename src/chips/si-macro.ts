// The macro: the 28 nm 64 Kb 6T SRAM macro of Si et al. (ISSCC 2020 15.5, JSSC 56(9) 2817). What of it was read was
// read in the UIUC benchmark's row and in the JSSC abstract, not in the papers.

import type { AdcCostSpec, MacroSpec, UniformAdcSpec } from './chip-spec.ts';
import type { NoiseSpec } from './noise-spec.ts';
import { sourced } from './sourced.ts';

/** The Shanbhag group's reading of the macro's papers. */
export const uiucRow =
  'UIUC-IMC-Benchmarking, Benchmarking_Data.csv row 4 (commit 1d3f0ae), the macro of Si et al. JSSC 56(9)';
const outline = 'outline of arXiv 2010.12861 on bohrium.com (third party)';

/**
 * Reading V2, preferred: 64 bit lines, each with its ADC, 8 partitions of 8. It agrees with the row's throughput and
 * with 1024 cells per ADC.
 */
export const siMacro: MacroSpec = {
  wordLines: sourced(
    1024,
    '',
    'inferred',
    `64 Kb over 64 bit lines; ${uiucRow}: 64 rows x 16 columns per ADC`,
  ),
  wordLinesOn: sourced(16, '', 'read', uiucRow),
  partitions: sourced(8, '', 'read', outline),
  bitLinesPerPartition: sourced(
    8,
    '',
    'inferred',
    '64 bit lines over 8 partitions: the 8 bits of one kernel',
  ),
  inputBitsPerPhase: sourced(2, '', 'read', uiucRow),
  phaseTime: sourced(
    2.1,
    'ns',
    'inferred',
    'access time 4.1 ... 8.4 ns (JSSC 2021 abstract) over 2 ... 4 input phases',
  ),
  writeBitsPerCycle: sourced(
    64,
    '',
    'inferred',
    'one row of 64 bit lines per cycle, as an SRAM row write',
  ),
};

/**
 * Reading V1: 128 bit lines, each with its ADC, 16 partitions of 8. It agrees with the row's 128 columns and 128 ADCs.
 */
export const siMacro128: MacroSpec = {
  ...siMacro,
  wordLines: sourced(
    512,
    '',
    'inferred',
    `64 Kb over 128 bit lines; ${uiucRow}: a 512 x 128 array`,
  ),
  partitions: sourced(
    16,
    '',
    'inferred',
    `${uiucRow}: 128 columns and 128 ADCs, 8 bits per kernel`,
  ),
  writeBitsPerCycle: sourced(
    128,
    '',
    'inferred',
    'one row of 128 bit lines per cycle, as an SRAM row write',
  ),
};

/** What the macro's ADC takes of it: nobody says, so shares are assumed, and only the growth with bits is published. */
const siAdcCosts: AdcCostSpec = {
  model: sourced(
    'zigzag',
    '',
    'assumed',
    'the one published form that has energy, area and time, fitted to analog chips of 28 nm; see decisions/0024-honest-costs.md',
  ),
  calibratedBits: sourced(
    6,
    '',
    'inferred',
    `${uiucRow}: 42.99 fJ and 0.27 mm2 are of its 6-bit ADC, and our 60 fJ of the same macro`,
  ),
  energyShare: sourced(
    0.6,
    '',
    'assumed',
    'to try: 0.5 ... 0.73; a bit line of 64 cells of 0.35 fF (ZigZag-IMC) at 0.85 V takes 16 of the 60 fJ, word lines and multiplying cells some more',
  ),
  areaShare: sourced(
    0.15,
    '',
    'inferred',
    '64 ADCs of 618 um2 (ZigZag-IMC at 6 bits) are 0.04 of 0.27 mm2',
  ),
  timeShare: sourced(
    0.5,
    '',
    'assumed',
    'half of the 2.1 ns for the discharge, half for the conversion; 0 if it is hidden behind the next phase',
  ),
  range: sourced('chip', '', 'inferred', 'the published readout is one and lossless'),
  percentile: sourced(99.9, '%', 'assumed', 'used only with adc.range=calibrated'),
};

/** The macro's readout: lossless for 16 word lines of 2-bit digits. */
export const siAdc: UniformAdcSpec = {
  bits: sourced(6, '', 'read', uiucRow),
  step: sourced(
    1,
    'unit discharge',
    'inferred',
    '16 rows x 2-bit digits give 0 ... 48: 6 bits at step 1 lose nothing',
  ),
  offset: sourced(0, 'unit discharge', 'inferred', 'as adc.step'),
  ...siAdcCosts,
};

const noFigure = 'no figure of this macro was found, so off unless asked';

/** The macro's noise: unknown. The sources name what to try, and what that rests on. */
export const siNoise: NoiseSpec = {
  read: sourced(
    0,
    'unit discharge',
    'assumed',
    `${noFigure}; to try: 0.15 (the bit-line noise of C3SRAM’s simulator, scaled by range, is 0.09)`,
  ),
  offset: sourced(
    0,
    'unit discharge',
    'assumed',
    `${noFigure}; to try: 0.2 (its sense amplifiers are offset-reduced, by how much is not said)`,
  ),
  gain: sourced(
    0,
    '',
    'assumed',
    `${noFigure}; to try: 0 ... 0.03 (a 40 nm 8T test chip has gain errors worth calibrating; no number)`,
  ),
  cell: sourced(
    0,
    '',
    'assumed',
    `${noFigure}; to try: 0.03 (as capacitors of 4 fF at 28 nm in public simulation code; 0.066 at 1 fF)`,
  ),
};
