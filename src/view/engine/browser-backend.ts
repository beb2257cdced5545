// What the command line's `--backend browser` calls in the page: the same pipeline, on the browser's WebGPU.

import { openGpu } from '../../gpu/open-gpu.ts';
import { readJob } from '../../pipeline/job-file.ts';
import {
  type MatrixVectorCase,
  type MatrixVectorResult,
  matrixVector,
} from '../../pipeline/matrix-vector.ts';
import { type JobFigures, runJob } from '../../pipeline/run-job.ts';
import { type ErrorData, errorData } from '../../core/errors.ts';
import type { Progress } from '../../core/progress.ts';

/** {@link JobFigures} as they survive the way through JSON. */
export interface ServedResult extends Omit<JobFigures, 'outputs'> {
  readonly outputs: readonly number[];
}

/** How a page is to run a job. */
export interface ServedOptions {
  /** Most bytes of device memory. */
  readonly maxMemory?: number | undefined;
}

/** What came of a call: errors as data, since what a page throws reaches the command line as its text alone. */
export type Outcome<T> = { readonly result: T } | { readonly error: ErrorData };

/** What a page offers to the command line, as `globalThis.marsServed`. */
export interface Served {
  /** Runs the job at `url`. */
  runJob(
    url: string,
    onProgress?: (progress: Progress) => void,
    options?: ServedOptions,
  ): Promise<Outcome<ServedResult>>;
  /** Computes a product. */
  matrixVector(one: MatrixVectorCase, where: string): Promise<Outcome<MatrixVectorResult>>;
}

/** The functions that the command line calls. */
export const served: Served = {
  runJob: (url, onProgress, options) =>
    outcomeOf(async () => {
      const job = readJob(new Uint8Array(await (await fetch(url)).arrayBuffer()));
      await using backend = await openGpu(navigator.gpu, options);
      const { report, timeline, activity, outputs } = await runJob(job, backend, { onProgress });
      return { report, timeline, activity, outputs: Array.from(outputs) };
    }),
  matrixVector: (one, where) =>
    outcomeOf(async () => {
      await using backend = await openGpu(navigator.gpu);
      return await matrixVector(one, backend, where);
    }),
};

async function outcomeOf<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { result: await work() };
  } catch (error) {
    return { error: errorData(error) };
  }
}
