// A chip for exploration: no published one, every number a choice. Start from it with `mars info --chip generic-sram
// --json`, or with --set.

import type { UniformChip } from './chip-spec.ts';
import { mars } from './mars.ts';
import { noNoise } from './noise-spec.ts';
import { sourced } from './sourced.ts';

const choice = 'a starting point for exploration';

/** Sixteen cores of four macros with a lossless readout, energies as MARS’s. */
export const genericSram: UniformChip = {
  ...mars,
  name: 'generic-sram',
  title: 'Generic multi-macro SRAM CIM chip, for exploration',
  process: {
    node: sourced(28, 'nm', 'assumed', choice),
    supply: sourced(0.9, 'V', 'assumed', choice),
    ratedSupply: sourced(
      0.9,
      'V',
      'assumed',
      `${choice}: MARS’s energies, taken as of this supply`,
    ),
  },
  clock: { frequency: sourced(200, 'MHz', 'assumed', choice) },
  cores: { count: sourced(16, '', 'assumed', choice), macros: sourced(4, '', 'assumed', choice) },
  macro: {
    wordLines: sourced(512, '', 'assumed', choice),
    wordLinesOn: sourced(16, '', 'assumed', choice),
    partitions: sourced(8, '', 'assumed', choice),
    bitLinesPerPartition: sourced(8, '', 'assumed', choice),
    inputBitsPerPhase: sourced(2, '', 'assumed', choice),
    phaseTime: sourced(1.25, 'ns', 'assumed', `${choice}: four phases in a cycle`),
    writeBitsPerCycle: sourced(64, '', 'assumed', choice),
  },
  adc: {
    ...mars.adc,
    bits: sourced(6, '', 'assumed', `${choice}: 0 ... 48 without loss`),
    step: sourced(1, 'unit discharge', 'assumed', choice),
    offset: sourced(0, 'unit discharge', 'assumed', choice),
  },
  noise: noNoise(`${choice}: off unless asked`),
  accumulator: {
    bits: sourced(24, '', 'assumed', choice),
    spillBitsPerCycle: sourced(768, '', 'assumed', 'the 32 accumulators of a core at once'),
  },
  requantizer: {
    multiplierBits: sourced(8, '', 'assumed', 'not known; 8 bits, as narrow as the weights'),
  },
  featureMap: {
    bankBytes: sourced(262144, '', 'assumed', choice),
    shortcutBytes: sourced(262144, '', 'assumed', choice),
    portBits: sourced(128, '', 'assumed', choice),
    readPorts: sourced(16, '', 'assumed', 'one word per core and cycle'),
    writePorts: sourced(4, '', 'assumed', choice),
  },
};
