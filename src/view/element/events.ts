// The events of the element and what they carry. None of them bubbles.

import type { Progress } from '../../core/progress.ts';
import type { RunResult } from '../engine/engine.ts';

/** What an `error` event tells. */
export interface MarsChipError {
  /** One line: what, where, what to do. The element shows the same. */
  readonly message: string;
  /** A `CimError` for what a person can mend; any other error is a mistake in mars-cim. */
  readonly error: Error;
}

/** Events of the element by name. */
export interface MarsChipEvents {
  /** Steps of a run: which stage, how many of how many images. */
  readonly progress: CustomEvent<Progress>;
  /** A run is done. */
  readonly result: CustomEvent<RunResult>;
  /** A run cannot be done. A cancelled run gives no event. */
  readonly error: CustomEvent<MarsChipError>;
}

/** All events that one can listen to on the element, by name. */
export type MarsChipEventMap = Omit<HTMLElementEventMap, keyof MarsChipEvents> & MarsChipEvents;
