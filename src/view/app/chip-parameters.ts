// The values of a chip that have a control of their own; every other one can be typed as path=value.

import { largestNoise } from '../../chips/noise-spec.ts';

/** One control. */
export interface Parameter {
  /** As `--set` takes it. */
  readonly path: string;
  readonly label: string;
  readonly group: ParameterGroup;
  /** What may be chosen; undefined: a number. */
  readonly choices?: readonly string[];
  readonly low?: number;
  readonly high?: number;
  /** Of the control's arrows; `any` number may be typed where it is below 1. */
  readonly step?: number;
}

/** Where a control is shown. */
export type ParameterGroup = 'Macro' | 'ADC' | 'Noise' | 'Cores and controller';

/** In the order they are shown. */
export const parameterGroups: readonly ParameterGroup[] = [
  'ADC',
  'Macro',
  'Noise',
  'Cores and controller',
];

/** The controls. Ranges are those of `chipSchema`. */
export const parameters: readonly Parameter[] = [
  { path: 'adc.bits', label: 'Bits', group: 'ADC', low: 1, high: 8, step: 1 },
  { path: 'adc.step', label: 'Step', group: 'ADC', low: 1 / 256, high: 64, step: 0.25 },
  { path: 'adc.offset', label: 'Offset', group: 'ADC', low: -1024, high: 1024, step: 0.5 },
  { path: 'macro.wordLines', label: 'Word lines', group: 'Macro', low: 1, high: 65536, step: 16 },
  { path: 'macro.wordLinesOn', label: 'Word lines on', group: 'Macro', low: 1, high: 256, step: 1 },
  {
    path: 'macro.inputBitsPerPhase',
    label: 'Bits per phase',
    group: 'Macro',
    choices: ['1', '2', '4'],
  },
  { path: 'macro.partitions', label: 'Partitions', group: 'Macro', low: 1, high: 1024, step: 1 },
  {
    path: 'noise.read',
    label: 'Read',
    group: 'Noise',
    low: 0,
    high: largestNoise.read,
    step: 0.05,
  },
  {
    path: 'noise.offset',
    label: 'Offset',
    group: 'Noise',
    low: 0,
    high: largestNoise.offset,
    step: 0.05,
  },
  {
    path: 'noise.gain',
    label: 'Gain',
    group: 'Noise',
    low: 0,
    high: largestNoise.gain,
    step: 0.005,
  },
  {
    path: 'noise.cell',
    label: 'Cells',
    group: 'Noise',
    low: 0,
    high: largestNoise.cell,
    step: 0.005,
  },
  {
    path: 'cores.count',
    label: 'Cores',
    group: 'Cores and controller',
    low: 1,
    high: 65536,
    step: 1,
  },
  {
    path: 'cores.macros',
    label: 'Macros per core',
    group: 'Cores and controller',
    low: 1,
    high: 64,
    step: 1,
  },
  {
    path: 'controller.overlap',
    label: 'Weight loads',
    group: 'Cores and controller',
    choices: ['serial', 'macroPingPong', 'ideal'],
  },
  {
    path: 'controller.barrier',
    label: 'Barrier',
    group: 'Cores and controller',
    choices: ['pass', 'layer'],
  },
  {
    path: 'controller.sparsity',
    label: 'Stored groups',
    group: 'Cores and controller',
    choices: ['groups', 'none'],
  },
];
