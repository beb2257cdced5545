// How long work tells of itself and is told to stop, without knowing who listens.

/** What is done of a stage. */
export interface Progress {
  readonly stage: 'calibrate' | 'quantize' | 'float' | 'simulate' | 'sweep';
  readonly done: number;
  readonly total: number;
}

/** Options that every long function takes. */
export interface LongWork {
  /** Called after each step. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Stops the work between two steps with a CancelledError; an AbortSignal fits. */
  readonly signal?: { readonly aborted: boolean } | undefined;
}
