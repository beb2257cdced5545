// What the command line's `--backend browser` calls in the page: the same pipeline, on the browser's WebGPU.

import { openGpu } from '../../gpu/open-gpu.ts';
import { readJob } from '../../pipeline/job-file.ts';
import {
  type MatrixVectorCase,
  type MatrixVectorResult,
  matrixVector,
} from '../../pipeline/matrix-vector.ts';
import { type JobFigures, runJob } from '../../pipeline/run-job.ts';
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

/** What a page offers to the command line, as `globalThis.marsServed`. */
export interface Served {
  /** Runs the job at `url`. */
  runJob(
    url: string,
    onProgress?: (progress: Progress) => void,
    options?: ServedOptions,
  ): Promise<ServedResult>;
  matrixVector(one: MatrixVectorCase, where: string): Promise<MatrixVectorResult>;
}

/** The functions that the command line calls. */
export const served: Served = {
  runJob: async (url, onProgress, options) => {
    const job = readJob(new Uint8Array(await (await fetch(url)).arrayBuffer()));
    await using backend = await openGpu(navigator.gpu, options);
    const { report, timeline, activity, outputs } = await runJob(job, backend, { onProgress });
    return { report, timeline, activity, outputs: Array.from(outputs) };
  },
  matrixVector: async (one, where) => {
    await using backend = await openGpu(navigator.gpu);
    return await matrixVector(one, backend, where);
  },
};
