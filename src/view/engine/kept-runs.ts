// The last runs of a simulator, with what questions about them need and what would be too much to send along.

import { InputError } from '../../core/errors.ts';
import type { FeatureMap } from '../../core/feature-map.ts';
import type { Mapping } from '../../mapping/map-to-chip.ts';
import type { LayerActivity } from '../../simulate/activity.ts';

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

/** How many are kept: a mapping of VGG16 takes tens of megabytes. */
const most = 6;

/** Keeps the newest. */
export class KeptRuns {
  readonly #runs = new Map<number, KeptRun>();

  keep(id: number, run: KeptRun): void {
    this.#runs.set(id, run);
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > most && oldest !== undefined) this.#runs.delete(oldest);
  }

  /**
   * A run.
   * @throws {InputError} when it is not kept any more
   */
  get(id: number): KeptRun {
    const run = this.#runs.get(id);
    if (run) return run;
    throw new InputError({
      what: 'is not at hand any more',
      where: `run ${id}`,
      todo: 'run it again',
    });
  }
}
