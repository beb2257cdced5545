// The last runs of a simulator, with what questions about them need and what would be too much to send along.

import type { FeatureMap } from '../../core/feature-map.ts';
import type { Mapping } from '../../mapping/map-to-chip.ts';
import type { LayerActivity } from '../../simulate/activity.ts';
import type { RunRequest } from './page-sources.ts';

/** What is kept of a run. */
export interface KeptRun {
  readonly mapping: Mapping;
  /** Of the chip's noise. */
  readonly seed: number;
  /** Empty after an estimate. */
  readonly activity: readonly LayerActivity[];
  /** Undefined after an estimate. */
  readonly images: FeatureMap | undefined;
}

/** What a {@link KeptRun} is made again from, without simulating: all that is small of it. */
export interface RunRecipe {
  readonly request: RunRequest;
  /** Images that were simulated; 0 for an estimate. */
  readonly images: number;
  readonly activity: readonly LayerActivity[];
}

/** How many are kept: a mapping of VGG16 takes tens of megabytes. */
const max = 6;

/** Keeps those that were used last. */
export class KeptRuns {
  /** The one that was used last is the last. */
  readonly #runs = new Map<number, KeptRun>();

  keep(id: number, run: KeptRun): void {
    this.#runs.delete(id);
    this.#runs.set(id, run);
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > max && oldest !== undefined) this.#runs.delete(oldest);
  }

  /** A run; undefined when it is not kept. */
  get(id: number): KeptRun | undefined {
    const run = this.#runs.get(id);
    if (run) this.keep(id, run);
    return run;
  }

  forget(id: number): void {
    this.#runs.delete(id);
  }
}
