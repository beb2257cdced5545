// The comparison in silicon: the block-wise zero-skipping, ping-pong CIM processor of Yue et al. (ISSCC 2021 15.2;
// JSSC 59(5), 2024). Only its abstracts and a database row were read. Whatever else the model needs is assumed, and
// marked so: change it with --set.

import type { UniformChip } from './chip-spec.ts';
import { mars } from './mars.ts';
import { noNoise } from './noise-spec.ts';
import { sourced } from './sourced.ts';

const abstract = 'abstract of Yue et al., ISSCC 2021 15.2';
const unknown = 'not known; chosen to let the model run';
const scaled =
  'not known; MARS’s 28 nm value times (65 / 28)^2 for capacitance and 1 V against 0.85 V, about 7.5';

/** Four 16 Kb macros as two cores of two, one loading while the other computes. */
export const yue2021: UniformChip = {
  name: 'yue-2021',
  title:
    'Block-wise zero-skipping, ping-pong CIM processor (Yue et al. 2021), as far as its abstracts tell',
  process: {
    node: sourced(65, 'nm', 'read', abstract),
    supply: sourced(1, 'V', 'assumed', unknown),
    ratedSupply: sourced(1, 'V', 'assumed', 'as process.supply'),
  },
  clock: { frequency: sourced(100, 'MHz', 'assumed', unknown) },
  precision: {
    weightBits: sourced(4, '', 'read', 'abstract of the JSSC paper: 9.5 TOPS/W system at 4 bits'),
    activationBits: sourced(
      4,
      '',
      'read',
      'abstract of the JSSC paper: 9.5 TOPS/W system at 4 bits',
    ),
  },
  cores: {
    count: sourced(2, '', 'inferred', `four macros (${abstract}) in pairs for ping-pong`),
    macros: sourced(2, '', 'inferred', `one computes while the other is updated (${abstract})`),
  },
  macro: {
    wordLines: sourced(128, '', 'inferred', `16 Kb with 128 rows (${abstract})`),
    wordLinesOn: sourced(128, '', 'inferred', `128 rows (${abstract}), taken to be on together`),
    partitions: sourced(
      16,
      '',
      'inferred',
      '16 Kb over 128 rows are 128 columns: 16 kernels of 8 bits',
    ),
    bitLinesPerPartition: sourced(8, '', 'inferred', 'as macro.partitions'),
    inputBitsPerPhase: sourced(1, '', 'assumed', unknown),
    phaseTime: sourced(2.5, 'ns', 'assumed', `${unknown}: four phases in a cycle`),
    writeBitsPerCycle: sourced(128, '', 'assumed', `${unknown}: one row per cycle`),
  },
  adc: {
    bits: sourced(4, '', 'read', abstract),
    step: sourced(
      8,
      'unit discharge',
      'assumed',
      'it adapts (read), how is not known; 16 codes over 0 ... 128',
    ),
    offset: sourced(0, 'unit discharge', 'assumed', unknown),
    model: sourced('zigzag', '', 'assumed', 'as MARS'),
    calibratedBits: sourced(4, '', 'inferred', `its own ADC (${abstract})`),
    energyShare: sourced(0.6, '', 'assumed', 'as MARS; not known'),
    areaShare: sourced(0.15, '', 'assumed', 'as MARS; not known'),
    timeShare: sourced(0.5, '', 'assumed', 'as MARS; not known'),
    range: sourced('chip', '', 'assumed', 'it adapts (read), how is not known'),
    percentile: sourced(99.9, '%', 'assumed', 'used only with adc.range=calibrated'),
  },
  noise: noNoise('not known; off unless asked'),
  accumulator: {
    bits: sourced(24, '', 'assumed', unknown),
    spillBitsPerCycle: sourced(1536, '', 'assumed', 'the 64 accumulators of a core at once'),
  },
  requantizer: {
    multiplierBits: sourced(8, '', 'assumed', 'not known; 8 bits, as narrow as the weights'),
  },
  featureMap: {
    bankBytes: sourced(65536, '', 'assumed', unknown),
    shortcutBytes: sourced(65536, '', 'assumed', unknown),
    portBits: sourced(512, '', 'assumed', 'one word feeds 128 word lines with 4-bit activations'),
    readPorts: sourced(2, '', 'assumed', 'one word per core and cycle'),
    writePorts: sourced(1, '', 'assumed', unknown),
  },
  weightSram: { bytes: sourced(16384, '', 'assumed', unknown) },
  dram: mars.dram,
  energy: {
    columnPhase: sourced(450, 'fJ', 'assumed', scaled),
    zeroPhaseShare: sourced(1, '', 'assumed', 'no gain from small sums is claimed'),
    featureMapRead: sourced(0.75, 'pJ/b', 'assumed', scaled),
    featureMapWrite: sourced(0.75, 'pJ/b', 'assumed', scaled),
    accumulatorBit: sourced(38, 'fJ', 'assumed', scaled),
    partialSum: sourced(0.38, 'pJ/b', 'assumed', scaled),
    requantize: sourced(5250, 'fJ', 'assumed', scaled),
    weightSramRead: sourced(0.38, 'pJ/b', 'assumed', scaled),
    macroWrite: sourced(0.38, 'pJ/b', 'assumed', scaled),
    dram: sourced(8, 'pJ/b', 'read', 'LPDDR4 in accelergy-cacti-plug-in, cacti_wrapper.py'),
  },
  static: {
    control: sourced(0.59541248, 'mW', 'assumed', `${unknown}: what is left of 2 mW`),
    core: sourced(0.3, 'mW', 'assumed', unknown),
    macro: sourced(0.2, 'mW', 'assumed', unknown),
    sramByte: sourced(0.02, 'nW/B', 'assumed', 'as MARS; not known'),
    gating: sourced('none', '', 'assumed', unknown),
  },
  area: {
    macro: sourced(0.36, 'mm2', 'assumed', 'not known; MARS’s macro by capacity and (65 / 28)^2'),
    sramBit: sourced(1.35, 'um2', 'assumed', 'not known; MARS’s value times (65 / 28)^2'),
    accumulatorBit: sourced(49, 'um2', 'assumed', 'not known; MARS’s value times (65 / 28)^2'),
  },
  controller: {
    overlap: sourced(
      'macroPingPong',
      '',
      'read',
      `simultaneous computation and weight update (${abstract})`,
    ),
    sparsity: sourced(
      'groups',
      '',
      'read',
      `block-wise zero skipping saves time, power and storage (${abstract})`,
    ),
    barrier: sourced('layer', '', 'assumed', unknown),
    pipelineCycles: sourced(4, '', 'assumed', unknown),
    weights: sourced('weightSram', '', 'assumed', unknown),
    maps: sourced('dram', '', 'assumed', unknown),
    batch: sourced(1, '', 'assumed', unknown),
  },
};
