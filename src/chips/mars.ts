// MARS: a MARS-like architecture reconstructed from its abstract, its patent's claim and the published macro.
// The paper's full text is not open to us; only what is marked `read` was seen in the source that is named.

import type { UniformChip } from './chip-spec.ts';
import { siAdc, siMacro, siMacro128, siNoise, uiucRow } from './si-macro.ts';
import { sourced } from './sourced.ts';

const outline = 'outline of arXiv 2010.12861 on bohrium.com (third party)';
const cacti = 'CACTI 7, 28 nm LSTP, 300 K, one 128-bit port';
const zigzag = 'ZigZag-IMC 28 nm logic calibration at 0.9 V';

/** MARS with the preferred reading of its macro (64 bit lines, 8 kernels of 8 bits per macro-op). */
export const mars: UniformChip = {
  name: 'mars',
  title: 'MARS (reconstructed), 4 cores x 2 macros of 64 Kb, 28 nm',
  process: {
    node: sourced(
      28,
      'nm',
      'inferred',
      'the lab’s macro of the same year, Si et al. ISSCC 2020 15.5, is 28 nm',
    ),
    supply: sourced(0.85, 'V', 'inferred', `${uiucRow}, taken for the chip`),
    ratedSupply: sourced(
      0.85,
      'V',
      'inferred',
      'as process.supply: the column read is of this supply, and SRAM and logic (0.9 V) are taken as they are',
    ),
  },
  clock: {
    frequency: sourced(
      100,
      'MHz',
      'inferred',
      '8.4 ns per 8b/8b macro-op rounded up to 10 ns; fits the published FPS',
    ),
  },
  precision: {
    weightBits: sourced(
      8,
      '',
      'inferred',
      'the macro does 4 and 8 bits; 8 gives the published FPS and energy',
    ),
    activationBits: sourced(8, '', 'inferred', 'as precision.weightBits'),
  },
  cores: {
    count: sourced(4, '', 'read', outline),
    macros: sourced(2, '', 'inferred', `"macros" in the ${outline}; 2 gives tiles of 16 kernels`),
  },
  macro: siMacro,
  adc: siAdc,
  noise: siNoise,
  accumulator: {
    bits: sourced(
      24,
      '',
      'assumed',
      '20-bit macro output plus room for sums; the worst case needs 29 bits',
    ),
    spillBitsPerCycle: sourced(
      384,
      '',
      'assumed',
      'the 16 accumulators of a core at once: spills are rare, so made free',
    ),
  },
  requantizer: {
    multiplierBits: sourced(8, '', 'assumed', 'not known; 8 bits, as narrow as the weights'),
  },
  featureMap: {
    bankBytes: sourced(
      65536,
      '',
      'inferred',
      'largest 8-bit map of VGG16 and ResNet18 at 32x32 is 64 KB',
    ),
    shortcutBytes: sourced(
      65536,
      '',
      'inferred',
      'ResNet18 needs up to 64 KB for the map of a shortcut',
    ),
    portBits: sourced(128, '', 'inferred', 'one word feeds 16 word lines with 8-bit activations'),
    readPorts: sourced(
      4,
      '',
      'assumed',
      'one word per core and cycle: with fewer, sparse layers cannot reach the published FPS',
    ),
    writePorts: sourced(1, '', 'assumed', 'one word per cycle: the least that a bank can have'),
  },
  weightSram: {
    bytes: sourced(16384, '', 'assumed', 'per core: what its two macros hold, as a load buffer'),
  },
  dram: {
    bandwidth: sourced(
      6.4,
      'GB/s',
      'assumed',
      'LPDDR4 of 16 bits at 3200 MT/s, from memory; used only by what does not fit the chip',
    ),
    latency: sourced(
      100,
      'ns',
      'assumed',
      'about what a closed page of LPDDR4 and its controller take, from memory',
    ),
  },
  energy: {
    columnPhase: sourced(
      60,
      'fJ',
      'inferred',
      '16.63 TOPS/W at 8b/8b and 68.44 at 4b/4b (second-hand) both give 58 ... 60 fJ',
    ),
    zeroPhaseShare: sourced(
      0.43,
      '',
      'inferred',
      'a 7 nm macro’s energy at zero output over full output (mit-emze/cimloop sinangil_jssc_2021/_tests.py), as a shape',
    ),
    featureMapRead: sourced(0.1, 'pJ/b', 'inferred', `${cacti}, 64 KB: 0.115`),
    featureMapWrite: sourced(0.1, 'pJ/b', 'inferred', `${cacti}, 64 KB: 0.103`),
    accumulatorBit: sourced(
      5.1,
      'fJ',
      'inferred',
      `${zigzag}: full adder 3.4 fJ + flip-flop 1.7 fJ per bit`,
    ),
    partialSum: sourced(0.05, 'pJ/b', 'inferred', `${cacti}, 16 KB: 0.049`),
    requantize: sourced(
      700,
      'fJ',
      'inferred',
      `${zigzag}: a 24 x 8 multiplier as 192 full adders of 3.4 fJ, plus the adder of a residual`,
    ),
    weightSramRead: sourced(0.05, 'pJ/b', 'inferred', `${cacti}, 16 KB: 0.049`),
    macroWrite: sourced(
      0.05,
      'pJ/b',
      'inferred',
      `${cacti}, 8 KB with a 64-bit port: 0.021 ... 0.048`,
    ),
    dram: sourced(8, 'pJ/b', 'read', 'LPDDR4 in accelergy-cacti-plug-in, cacti_wrapper.py'),
  },
  static: {
    control: sourced(
      0.17475712,
      'mW',
      'assumed',
      'what is left of 0.5 mW, assumed for the whole chip: the published power is about 8 mW in all',
    ),
    core: sourced(0.04, 'mW', 'assumed', 'a third of 0.5 mW over four cores'),
    macro: sourced(
      0.02,
      'mW',
      'assumed',
      'a third of 0.5 mW over eight macros: ADCs and drivers; the 8 KB of cells alone leak 0.0002 mW (CACTI 7, LSTP)',
    ),
    sramByte: sourced(0.02, 'nW/B', 'inferred', `${cacti}: 1.3 uW for 64 KB`),
    gating: sourced('none', '', 'assumed', 'nothing is said of power gating'),
  },
  area: {
    macro: sourced(0.27, 'mm2', 'inferred', `${uiucRow}: 1.95 TOPS (1b) at 7.23 TOPS/mm2`),
    sramBit: sourced(
      0.25,
      'um2',
      'assumed',
      'a 28 nm 6T cell of about 0.127 um2 (from memory) at half array efficiency',
    ),
    accumulatorBit: sourced(
      9,
      'um2',
      'inferred',
      `${zigzag}: NAND2 0.614 um2; full adder 3 NAND + 2 XOR (1.5 each) = 6, flip-flop 6, rounded up for wiring`,
    ),
  },
  controller: {
    overlap: sourced(
      'serial',
      '',
      'inferred',
      'a macro cannot compute while it is written (ISSCC 2021 15.2 abstract)',
    ),
    sparsity: sourced('groups', '', 'read', `only non-zero groups are stored: ${outline}`),
    barrier: sourced(
      'layer',
      '',
      'inferred',
      'cores share nothing but the feature maps, which change places after a layer',
    ),
    pipelineCycles: sourced(
      4,
      '',
      'assumed',
      'macro-op, accumulate, requantize, write back: a cycle each',
    ),
    weights: sourced(
      'weightSram',
      '',
      'inferred',
      'the published efficiency leaves no room for weights from DRAM (94 uJ of 12 for VGG16)',
    ),
    maps: sourced(
      'dram',
      '',
      'assumed',
      'networks of the paper fit the banks; larger maps are streamed through them',
    ),
    batch: sourced(1, '', 'assumed', 'frames per second are of single images'),
  },
};

/** The other reading of the macro: 128 bit lines, 16 kernels of 8 bits per macro-op. */
export const mars128col: UniformChip = {
  ...mars,
  name: 'mars-128col',
  title: 'MARS (reconstructed), reading V1 of its macro: 128 bit lines',
  macro: siMacro128,
  accumulator: {
    ...mars.accumulator,
    spillBitsPerCycle: sourced(768, '', 'assumed', 'the 32 accumulators of a core at once'),
  },
};

/** 4-bit weights and activations: two kernels per partition, two input phases, a faster clock. */
export const mars4b: UniformChip = {
  ...mars,
  name: 'mars-4b',
  title: 'MARS (reconstructed) with 4-bit weights and activations',
  clock: {
    frequency: sourced(
      200,
      'MHz',
      'assumed',
      '4.1 ns per 4b/4b macro-op (JSSC 2021 abstract) rounded up to 5 ns',
    ),
  },
  precision: {
    weightBits: sourced(4, '', 'assumed', 'the macro’s other mode'),
    activationBits: sourced(4, '', 'assumed', 'the macro’s other mode'),
  },
  accumulator: {
    ...mars.accumulator,
    spillBitsPerCycle: sourced(768, '', 'assumed', 'the 32 accumulators of a core at once'),
  },
};

/** The same hardware without sparsity support: every group is stored and computed. */
export const marsDense: UniformChip = {
  ...mars,
  name: 'mars-dense',
  title: 'MARS (reconstructed) without sparsity support',
  controller: {
    ...mars.controller,
    sparsity: sourced(
      'none',
      '',
      'assumed',
      'the comparison: what the chip would do without sparsity',
    ),
  },
};

/** The low end of the energies: the fit of the published TOPS/W prefers it. */
export const marsLowEnergy: UniformChip = {
  ...mars,
  name: 'mars-low-energy',
  title: 'MARS (reconstructed) at the low end of the energies',
  energy: {
    ...mars.energy,
    columnPhase: sourced(43, 'fJ', 'inferred', `${uiucRow}: 42.99 fJ per ADC column`),
    featureMapRead: sourced(0.05, 'pJ/b', 'inferred', 'CACTI 7, 28 nm LOP, 64 KB: 0.051'),
    featureMapWrite: sourced(0.05, 'pJ/b', 'inferred', 'CACTI 7, 28 nm LOP, 64 KB: 0.043'),
  },
};
