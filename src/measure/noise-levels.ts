// Noise in the questions: what is set where it is on. How much changes no time, which kinds does.

/** Kinds of noise that a row has. */
export interface NoiseLevel {
  readonly name: string;
  /** As `--set` takes them. */
  readonly settings: readonly string[];
}

const read = 'noise.read=0.15';
const offset = 'noise.offset=0.2';

/** Without noise, and with read noise alone: what peers can do too. */
export const commonLevels: readonly NoiseLevel[] = [
  { name: 'off', settings: [] },
  { name: 'read', settings: [read] },
];

/** With what a chip has besides. */
export const otherLevels: readonly NoiseLevel[] = [
  { name: 'read, offset', settings: [read, offset] },
  { name: 'every kind', settings: [read, offset, 'noise.gain=0.03', 'noise.cell=0.03'] },
];
