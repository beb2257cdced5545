// What a page or an element asks for a simulation. The work is done in a worker, on one GPU device for all who ask.

import type { Progress } from '../../core/progress.ts';
import type { Point } from '../../experiment/point.ts';
import type { PointFile } from '../../experiment/result-file.ts';
import type { Report } from '../../report/report.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import type { RunSettings } from '../../settings/run-settings.ts';
import type { Questions } from './questions.ts';
import type { UserFiles } from './user-files.ts';

/** What images gave: all arrays in the order of the images. Empty arrays where nothing was simulated. */
export interface Predictions {
  readonly classes: number;
  readonly labels: Uint8Array | Uint16Array;
  /** Sums of the last layer on the chip, order (image, class). */
  readonly outputs: Int32Array;
  /** The same of the integer network, exactly computed. */
  readonly exact: Int32Array;
  /** The images: 8-bit pixels, order (image, y, x, channel). */
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** What came of a run. */
export interface RunResult {
  /** Of this page; names the run in later questions about it. */
  readonly id: number;
  readonly settings: RunSettings;
  readonly report: Report;
  readonly timeline: Timeline;
  readonly predictions: Predictions;
  /**
   * Name of the data set whose images were wanted and are not at hand, so that cycles and energy were estimated instead,
   * and `settings.images` is 0; undefined: what was wanted was done.
   */
  readonly missingImages?: string | undefined;
}

/** What is known while images are simulated. */
export interface PartialResult {
  readonly images: number;
  /** Images wanted. */
  readonly of: number;
  /** Of those that are done, how many the chip classifies rightly. */
  readonly right: number;
}

/** How to run. */
export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called as the stages of the run go on. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Called after each batch of simulated images. */
  readonly onPartial?: ((partial: PartialResult) => void) | undefined;
  /** False: nobody will ask about this run, so nothing of it is kept. True by default. */
  readonly isKept?: boolean | undefined;
}

/** Points of an experiment that are to be computed. */
export interface SweepRequest {
  readonly points: readonly Point[];
  readonly files: UserFiles;
}

/** How to compute points. */
export interface SweepOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the result of each point, in the order in which they share most. */
  readonly onPoint: (file: PointFile) => void;
}

/** Where simulations are done. */
export interface Engine {
  /** Device and driver, once something has run; undefined before. */
  readonly device: string | undefined;
  /**
   * Runs a job; jobs wait for each other. Without WebGPU the reference does a small number of images.
   * @throws {CimError} of the stage that cannot be done, rebuilt on this side of the worker
   * Where the network's images are not at hand, it is estimated: see {@link RunResult.missingImages}.
   * @throws {CimError} (cancelled) when the signal says so
   * @throws {CimError} (environment) when the worker dies; the next call starts another
   */
  run(settings: RunSettings, files: UserFiles, options?: RunOptions): Promise<RunResult>;
  /**
   * Computes points of an experiment, as `mars sweep` does; runs have their turn between two points. A point that fails has its
   * error as result.
   * @throws {CimError} (environment, missingData) for what stops every point
   * @throws {CimError} (cancelled) when the signal says so
   */
  sweep(request: SweepRequest, options: SweepOptions): Promise<void>;
  /**
   * Asks about a run. One whose mapping was dropped to save memory, or died with its worker, is mapped again.
   * @param run its id
   * @throws {CimError} when it was forgotten, or has no answer
   * @throws {CimError} (environment) when the worker dies; the next call starts another
   */
  ask<Name extends keyof Questions>(
    run: number,
    name: Name,
    about: Questions[Name]['about'],
  ): Promise<Questions[Name]['answer']>;
  /** Frees what is kept of a run that is not shown any more. */
  forget(run: number): void;
  /** Ends the worker and gives its GPU device back. */
  dispose(): void;
}
