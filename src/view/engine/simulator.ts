// Does what the engine is asked for, in whichever thread it is made: one job at a time, on one GPU device.

import { assert, CimError, EnvironmentError } from '../../core/errors.ts';
import { argmax } from '../../core/feature-map.ts';
import type { LongWork } from '../../core/progress.ts';
import type { ImageSet } from '../../datasets/image-set.ts';
import { openGpu } from '../../gpu/open-gpu.ts';
import type { GpuBackend } from '../../gpu/gpu-backend.ts';
import { estimate } from '../../pipeline/estimate.ts';
import { type Job, type MapJob, runJob } from '../../pipeline/run-job.ts';
import { openReference } from '../../reference/reference-backend.ts';
import type { MacroBackend } from '../../simulate/macro-backend.ts';
import { BundledData, type DataPlace } from './bundled-data.ts';
import type { PartialResult, Predictions, RunResult } from './engine.ts';
import { KeptRuns } from './kept-runs.ts';
import { type Answer, answerQuestion, type Question } from './questions.ts';
import { loadJob, loadMapJob, type RunRequest } from './load-job.ts';
import { openPicture } from './open-picture.ts';

/** Images that the reference can do while a person waits. */
const referenceImages = 5;

/** What a run tells while it lasts. */
export interface RunHooks extends LongWork {
  readonly onPartial?: ((partial: PartialResult) => void) | undefined;
}

/** Runs jobs. Whoever makes it disposes it. */
export class Simulator {
  readonly #runs = new KeptRuns();
  readonly #data: BundledData;
  #backend: Promise<GpuBackend> | undefined;
  /** Ends when the job before has ended. */
  #queue: Promise<unknown> = Promise.resolve();

  /** @param place where the files of `data/` are; as text, the address of the folder, with a slash at the end */
  constructor(place: string | DataPlace) {
    this.#data = new BundledData(place);
  }

  /**
   * Runs a job after those before it.
   * @param id names the run in later questions
   * @throws {CimError} of the stage that cannot be done
   */
  run(id: number, request: RunRequest, hooks: RunHooks = {}): Promise<RunResult> {
    const run = this.#queue.then(() => this.#run(id, request, hooks));
    this.#queue = run.catch(() => undefined);
    return run;
  }

  /**
   * Answers a question about a run.
   * @throws {CimError} when the run is not kept any more, or has no answer
   */
  ask(run: number, question: Question): Answer {
    return answerQuestion(this.#runs.get(run), question);
  }

  /** Gives the GPU device back. */
  async dispose(): Promise<void> {
    const backend = await this.#backend?.catch(() => undefined);
    this.#backend = undefined;
    await backend?.[Symbol.asyncDispose]();
  }

  async #run(id: number, request: RunRequest, hooks: RunHooks): Promise<RunResult> {
    const { settings } = request;
    const mapJob = await loadMapJob(request, this.#data);
    if (settings.images === 0) return this.#estimate(id, request, mapJob, hooks);
    const job = await loadJob(request, mapJob, { data: this.#data, openPicture });
    const gpu = await this.#open();
    try {
      return await this.#simulate(id, request, gpu ? job : fewer(job), { gpu, hooks });
    } catch (error) {
      // Whatever went wrong on the device (it may be lost), the next run gets a new one.
      if (gpu && !(error instanceof CimError && error.name === 'CancelledError'))
        await this.dispose();
      throw error;
    } finally {
      gpu?.rest();
    }
  }

  #estimate(id: number, request: RunRequest, job: MapJob, hooks: RunHooks): RunResult {
    const { mapping, timeline, report } = estimate(job, hooks);
    const { seed } = request.settings;
    this.#runs.keep(id, { mapping, seed, activity: [], images: undefined });
    return { id, settings: request.settings, report, timeline, predictions: nothingPredicted };
  }

  async #simulate(
    id: number,
    request: RunRequest,
    job: Job,
    { gpu, hooks }: { readonly gpu: GpuBackend | undefined; readonly hooks: RunHooks },
  ): Promise<RunResult> {
    const backend: MacroBackend = gpu ?? openReference();
    const onOutputs = countRight(job.images, hooks.onPartial);
    const done = await runJob(job, backend, { ...hooks, onOutputs });
    const { mapping, timeline, activity } = done;
    this.#runs.keep(id, { mapping, seed: job.seed, activity, images: job.images.images });
    // As the command line's --backend browser says it.
    const report = gpu ? { ...done.report, backend: 'browser' } : done.report;
    const predictions = predictionsOf(job.images, done.outputs, done.exactOutputs);
    return { id, settings: request.settings, report, timeline, predictions };
  }

  /** The GPU; undefined where there is none. */
  async #open(): Promise<GpuBackend | undefined> {
    // Older browsers have no navigator.gpu, whatever the types say.
    const { gpu } = navigator as { readonly gpu?: GPU };
    if (!gpu) return undefined;
    this.#backend ??= openGpu(gpu);
    try {
      return await this.#backend;
    } catch (error) {
      this.#backend = undefined;
      if (error instanceof EnvironmentError) return undefined;
      throw error;
    }
  }
}

/** As many images of a job as the reference can do. */
function fewer(job: Job): Job {
  const { images } = job.images;
  const count = Math.min(referenceImages, images.images);
  const size = images.data.length / images.images;
  const map = { ...images, images: count, data: images.data.subarray(0, count * size) };
  return {
    ...job,
    images: { ...job.images, images: map, labels: job.images.labels.slice(0, count) },
  };
}

/** Counts, batch by batch, the images that the chip classifies rightly. */
function countRight(
  { labels, classes }: ImageSet,
  tell: RunHooks['onPartial'],
): (outputs: Int32Array, firstImage: number) => void {
  let right = 0;
  return (outputs, firstImage) => {
    const images = outputs.length / classes;
    for (let i = 0; i < images; i++)
      if (argmax(outputs, i * classes, (i + 1) * classes) === labels[firstImage + i]) right++;
    tell?.({ images: firstImage + images, of: labels.length, right });
  };
}

function predictionsOf(set: ImageSet, outputs: Int32Array, exact: Int32Array): Predictions {
  const { height, width, channels, data } = set.images;
  const { classes, labels } = set;
  // Copies: a slice of the whole test set would take all of it through the worker's door.
  const arrays = { labels: labels.slice(), pixels: data.slice() };
  assert(outputs.length === exact.length, 'chip and integer network have the same outputs');
  return { classes, ...arrays, outputs, exact, height, width, channels };
}

const nothingPredicted: Predictions = {
  classes: 0,
  labels: new Uint8Array(),
  outputs: new Int32Array(),
  exact: new Int32Array(),
  pixels: new Uint8Array(),
  height: 0,
  width: 0,
  channels: 0,
};
