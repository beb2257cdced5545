// How plots look, apart from what they show: in a file on white paper, or in a page that is light or dark.

import type { TipOptions } from '@observablehq/plot';

/** Colours and texts of a plot. */
export interface PlotTheme {
  /** Colours of curves, from the first to the last; `undefined`: a scheme. */
  readonly curves?: readonly string[];
  /** Colour of a curve that is alone. */
  readonly curve: string;
  readonly bar: string;
  /** Of what is on a Pareto front, and of what is not. */
  readonly front: string;
  readonly behind: string;
  readonly roof: string;
  /** Whether names stand beside dots and at the ends of curves. */
  readonly hasNames: boolean;
  /** What is shown of a dot that a person points at; without it nothing is. */
  readonly tip?: TipOptions;
}

/** Of files, which are printed on white. */
export const paperTheme: PlotTheme = {
  curve: '#482878',
  bar: '#48a',
  front: '#0b6',
  behind: '#999',
  roof: '#c33',
  hasNames: true,
};
