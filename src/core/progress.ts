// How long work tells of itself and is told to stop, without knowing who listens.

/** What is done of a stage. */
export interface Progress {
  /**
   * `calibrate`: measuring activations to choose their clips. `float`: the network in real arithmetic. `simulate`: the
   * chip. `exact`: the integer network, as on a chip that loses nothing, for comparison. `sweep`: one chip after another.
   */
  readonly stage: 'calibrate' | 'float' | 'simulate' | 'exact' | 'sweep';
  readonly done: number;
  readonly total: number;
}

/** Says when to stop; an AbortSignal fits. */
export interface StopSignal {
  readonly aborted: boolean;
  /** As of an AbortSignal. */
  addEventListener?(type: 'abort', listener: () => void): void;
  /** As of an AbortSignal. */
  removeEventListener?(type: 'abort', listener: () => void): void;
}

/** Options that every long function takes. */
export interface LongWork {
  /** Called after each step. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Stops the work, between two steps where it cannot stop at once, with a CimError (cancelled). */
  readonly signal?: StopSignal | undefined;
}
