// MARS: a MARS-like architecture reconstructed from its abstract, its patent's claim and the published macro.
// The paper's full text is not open to us; only what is marked `read` was seen in the source that is named.

import type { ChipSpec } from './chip-spec.ts';
import { sourced } from './sourced.ts';

const outline = 'outline of arXiv 2010.12861 on bohrium.com (third party)';
const uiucRow =
  'UIUC-IMC-Benchmarking, Benchmarking_Data.csv row 4 (commit 1d3f0ae), the macro of Si et al. JSSC 56(9)';
const geometry = `${uiucRow}: 16 rows on, 1024 cells per ADC; reading V2, 64 bit lines`;
const cacti = 'CACTI 7, 28 nm LSTP, 300 K, one 128-bit port';
const zigzag =
  'ZigZag-IMC 28 nm logic calibration: full adder 3.4 fJ + flip-flop 1.7 fJ per bit at 0.9 V';

/** MARS with the preferred reading of its macro (64 bit lines, 8 kernels of 8 bits per macro-op). */
export const mars: ChipSpec = {
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
  },
  clock: {
    frequency: sourced(
      100,
      'MHz',
      'inferred',
      '8.4 ns per 8b/8b macro-op rounded up to 10 ns; fits the published FPS',
    ),
  },
  cores: {
    count: sourced(4, '', 'read', outline),
    macros: sourced(2, '', 'inferred', `"macros" in the ${outline}; 2 gives tiles of 16 kernels`),
  },
  macro: {
    wordLines: sourced(1024, '', 'inferred', `64 Kb over 64 bit lines; ${geometry}`),
    wordLinesOn: sourced(16, '', 'read', uiucRow),
    partitions: sourced(8, '', 'read', outline),
    bitLinesPerPartition: sourced(8, '', 'inferred', geometry),
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
  },
  adc: {
    bits: sourced(6, '', 'read', uiucRow),
    step: sourced(
      1,
      'unit discharge',
      'inferred',
      '16 rows x 2-bit digits give 0 ... 48: 6 bits at step 1 lose nothing',
    ),
    offset: sourced(0, 'unit discharge', 'inferred', 'as adc.step'),
  },
  accumulator: {
    bits: sourced(
      24,
      '',
      'assumed',
      '20-bit macro output plus room for sums; the worst case needs 29 bits',
    ),
  },
  featureMap: {
    bankBytes: sourced(
      65536,
      '',
      'inferred',
      'largest 8-bit map of VGG16 and ResNet18 at 32x32 is 64 KB',
    ),
    portBits: sourced(128, '', 'inferred', 'one word feeds 16 word lines with 8-bit activations'),
  },
  energy: {
    columnPhase: sourced(
      60,
      'fJ',
      'inferred',
      '16.63 TOPS/W at 8b/8b and 68.44 at 4b/4b (second-hand) both give 58 ... 60 fJ',
    ),
    featureMapRead: sourced(0.1, 'pJ/b', 'inferred', `${cacti}, 64 KB: 0.115`),
    featureMapWrite: sourced(0.1, 'pJ/b', 'inferred', `${cacti}, 64 KB: 0.103`),
    accumulatorBit: sourced(5.1, 'fJ', 'inferred', zigzag),
    weightSramRead: sourced(0.05, 'pJ/b', 'inferred', `${cacti}, 16 KB: 0.049`),
    macroWrite: sourced(
      0.05,
      'pJ/b',
      'inferred',
      `${cacti}, 8 KB with a 64-bit port: 0.021 ... 0.048`,
    ),
    static: sourced(
      0.5,
      'mW',
      'assumed',
      'low-leakage SRAM and control; the published power is about 8 mW in all',
    ),
    dram: sourced(
      8,
      'pJ/b',
      'read',
      'LPDDR4 in accelergy-cacti-plug-in, cacti_wrapper.py; never part of the chip’s energy',
    ),
  },
  controller: {
    overlap: sourced(
      'serial',
      '',
      'inferred',
      'a macro cannot compute while it is written (ISSCC 2021 15.2 abstract)',
    ),
  },
};
