// Values of the chip that have a control, and for some a word, of their own. All others are given as `set`. What each
// permits stands in the chip's own schema (`chipValueKind`).

/** A value of the chip. */
export interface ChipValue {
  /** As `set` takes it: `adc.bits`. */
  readonly path: string;
  /** Short word for addresses and attributes; it counts after `set`. */
  readonly word?: keyof ChipWords;
  /** What it is called beside its control. */
  readonly label: string;
  readonly group: ChipGroup;
  /** What the arrows of its control add. */
  readonly step?: number;
  /** Whether its value is a word, not a number. */
  readonly isWord?: true;
}

/** Headings that values of the chip stand under, in the order they are shown. */
export const chipGroups = ['ADC', 'Macro', 'Noise', 'Cores and controller'] as const;
/** One of {@link chipGroups}. */
export type ChipGroup = (typeof chipGroups)[number];

/** The values that have a word, by the key of that word. */
export interface ChipWords {
  /** `adc.bits`, 1 ... 8. */
  readonly adcBits: number | undefined;
  /** `adc.step`, in unit discharges. */
  readonly adcStep: number | undefined;
  /** `noise.read`: a deviation in unit discharges. */
  readonly readNoise: number | undefined;
  /** `cores.count`. */
  readonly cores: number | undefined;
  /** `cores.macros`: macros per core. */
  readonly macros: number | undefined;
  /** `controller.overlap`: `serial`, `macroPingPong` or `ideal`. */
  readonly overlap: string | undefined;
}

/** The values, in the order they are shown. */
export const chipValues: readonly ChipValue[] = [
  { path: 'adc.bits', word: 'adcBits', label: 'ADC bits', group: 'ADC' },
  { path: 'adc.step', word: 'adcStep', label: 'ADC step', group: 'ADC', step: 0.25 },
  { path: 'adc.offset', label: 'ADC offset', group: 'ADC', step: 0.5 },
  { path: 'macro.wordLines', label: 'Word lines', group: 'Macro', step: 16 },
  { path: 'macro.wordLinesOn', label: 'Word lines on', group: 'Macro' },
  { path: 'macro.inputBitsPerPhase', label: 'Input bits per phase', group: 'Macro' },
  { path: 'macro.partitions', label: 'Partitions', group: 'Macro' },
  { path: 'noise.read', word: 'readNoise', label: 'Read noise', group: 'Noise', step: 0.05 },
  { path: 'noise.offset', label: 'Column offset', group: 'Noise', step: 0.05 },
  { path: 'noise.gain', label: 'Column gain', group: 'Noise', step: 0.005 },
  { path: 'noise.cell', label: 'Cell mismatch', group: 'Noise', step: 0.005 },
  { path: 'cores.count', word: 'cores', label: 'Cores', group: 'Cores and controller' },
  { path: 'cores.macros', word: 'macros', label: 'Macros per core', group: 'Cores and controller' },
  {
    path: 'controller.overlap',
    word: 'overlap',
    label: 'Weight loads',
    group: 'Cores and controller',
    isWord: true,
  },
  { path: 'controller.barrier', label: 'Barrier', group: 'Cores and controller', isWord: true },
  {
    path: 'controller.sparsity',
    label: 'Sparsity support',
    group: 'Cores and controller',
    isWord: true,
  },
];
