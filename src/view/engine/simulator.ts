// Does what the engine is asked for, in whichever thread it is made: one job at a time, on one backend.

import { assert, CimError, hasKind } from '../../core/errors.ts';
import { argmax } from '../../core/feature-map.ts';
import type { LongWork } from '../../core/progress.ts';
import type { ImageSet } from '../../datasets/image-set.ts';
import type { PointFile } from '../../experiment/result-file.ts';
import { estimate } from '../../pipeline/estimate.ts';
import { type Job, mapJob as mapped, type MapJob, runJob } from '../../pipeline/run-job.ts';
import { addImages, imageTarget, loadMapJob, noiseSeed } from '../../settings/load-job.ts';
import type { Sources } from '../../settings/sources.ts';
import { BundledData, type DataPlace } from './bundled-data.ts';
import type { LayerActivity } from '../../simulate/activity.ts';
import type { PartialResult, Predictions, RunResult, SweepRequest } from './engine.ts';
import { type KeptRun, KeptRuns, type RunRecipe } from './kept-runs.ts';
import { type Answer, answerQuestion, type Question } from './questions.ts';
import { openPageBackend, type PageBackend } from './page-backends.ts';
import { pageSources, type RunRequest } from './page-sources.ts';

/** What a run tells while it lasts. */
export interface RunHooks extends LongWork {
  readonly onPartial?: ((partial: PartialResult) => void) | undefined;
  /** False: nothing is kept for questions. True by default. */
  readonly isKept?: boolean | undefined;
}

/** What a sweep tells while it lasts. */
export interface SweepHooks extends LongWork {
  /** Called with each result. */
  readonly onPoint: (file: PointFile) => void;
}

/** What came of a run, and what of it is needed to make it again for questions. */
export interface RunOutcome {
  readonly result: RunResult;
  /** Empty after an estimate. */
  readonly activity: readonly LayerActivity[];
}

/** Milliseconds of a sweep after which it looks for messages. */
const breakAfter = 20;

/** Runs jobs. Whoever makes it disposes it. */
export class Simulator {
  readonly #runs = new KeptRuns();
  readonly #data: BundledData;
  #opened: Promise<PageBackend> | undefined;
  /** Ends when the job before has ended. */
  #queue: Promise<unknown> = Promise.resolve();
  /** Runs that are being made again. */
  readonly #making = new Map<number, Promise<KeptRun>>();

  /** @param place where the files of `data/` are; as text, the address of the folder, with a slash at the end */
  constructor(place: string | DataPlace) {
    this.#data = new BundledData(place);
  }

  /**
   * Runs a job after those before it.
   * @param id names the run in later questions
   * @throws {CimError} of the stage that cannot be done
   */
  run(id: number, request: RunRequest, hooks: RunHooks = {}): Promise<RunOutcome> {
    return this.#inTurn(() => this.#run(id, request, hooks));
  }

  /**
   * Computes points of an experiment; other jobs have their turn between two of them.
   * @throws {CimError} (environment, missingData, cancelled) for what stops every point
   */
  async sweep({ points, files }: SweepRequest, hooks: SweepHooks): Promise<void> {
    // Few sweep: it is loaded for those who do.
    const { openPointRunner } = await import('./sweep-points.ts');
    const owner = { open: () => this.#open(), close: () => this.dispose() };
    const sources = pageSources(files, this.#data);
    const runner = openPointRunner(points, sources, owner, { signal: hooks.signal });
    let last = performance.now();
    for (const point of runner.points) {
      // Estimates wait for nothing: without a break nobody could say that they are to stop.
      if (performance.now() - last > breakAfter) {
        await new Promise((resolve) => setTimeout(resolve));
        last = performance.now();
      }
      if (hooks.signal?.aborted) throw new CimError('cancelled', { what: 'stopped' });
      hooks.onPoint(await this.#inTurn(() => runner.run(point)));
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /**
   * Answers a question about a run; undefined when it is not kept and there is no recipe.
   * @param recipe what the run is made again from
   * @throws {CimError} when the question has no answer
   */
  async ask(run: number, question: Question, recipe?: RunRecipe): Promise<Answer | undefined> {
    const kept = this.#runs.get(run) ?? (recipe && (await this.#again(run, recipe)));
    return kept && (await answerQuestion(kept, question));
  }

  /** Frees what is kept of a run. */
  forget(run: number): void {
    this.#runs.forget(run);
  }

  /** Gives device or threads back. */
  async dispose(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    this.#opened = undefined;
    await opened?.[Symbol.asyncDispose]();
  }

  #sources({ files }: RunRequest): Sources {
    return pageSources(files, this.#data);
  }

  async #run(id: number, request: RunRequest, hooks: RunHooks): Promise<RunOutcome> {
    const { settings } = request;
    const sources = this.#sources(request);
    const mapJob = await loadMapJob(settings, sources);
    if (settings.images === 0) return this.#estimate(id, request, mapJob, { hooks });
    let job: Job;
    try {
      job = await addImages(mapJob, settings, sources);
    } catch (error) {
      if (!hasKind(error, 'missingData')) throw error;
      const missing = imageTarget(mapJob).trainedOn;
      return this.#estimate(id, request, mapJob, { hooks, missing });
    }
    const opened = await this.#open();
    try {
      return await this.#simulate(id, request, firstOf(job, opened.maxImages), { opened, hooks });
    } catch (error) {
      // Whatever went wrong (a device may be lost, threads ended), the next run gets a new backend.
      await this.dispose();
      throw error;
    } finally {
      opened.backend.rest();
    }
  }

  #estimate(
    id: number,
    request: RunRequest,
    job: MapJob,
    { hooks, missing }: { readonly hooks: RunHooks; readonly missing?: string },
  ): RunOutcome {
    const { mapping, timeline, report } = estimate(job, hooks);
    const seed = noiseSeed(request.settings);
    if (hooks.isKept !== false)
      this.#runs.keep(id, { mapping, seed, activity: [], images: undefined });
    const settings = { ...request.settings, images: 0, ownImages: undefined };
    const predictions = nothingPredicted;
    const result = { id, settings, report, timeline, predictions, missingImages: missing };
    return { result, activity: [] };
  }

  async #simulate(
    id: number,
    request: RunRequest,
    job: Job,
    { opened, hooks }: { readonly opened: PageBackend; readonly hooks: RunHooks },
  ): Promise<RunOutcome> {
    const { backend, choice, openCheck } = opened;
    const onOutputs = countRight(job.images, hooks.onPartial);
    const done = await runJob(job, backend, {
      ...hooks,
      onOutputs,
      openCheck,
      backendChoice: choice,
    });
    const { mapping, timeline, activity } = done;
    if (hooks.isKept !== false)
      this.#runs.keep(id, { mapping, seed: job.seed, activity, images: job.images.images });
    // As the command line's --backend browser says it.
    const name = backend.name === 'gpu' ? 'browser' : backend.name;
    const report = { ...done.report, backend: name };
    const predictions = predictionsOf(job.images, done.outputs, done.exactOutputs);
    return { result: { id, settings: request.settings, report, timeline, predictions }, activity };
  }

  /** A run that was kept once, mapped again; whoever asks for it meanwhile waits for the same. */
  #again(id: number, recipe: RunRecipe): Promise<KeptRun> {
    const found = this.#making.get(id);
    if (found) return found;
    const make = async (): Promise<KeptRun> => {
      try {
        const run = await this.#make(recipe);
        this.#runs.keep(id, run);
        return run;
      } finally {
        this.#making.delete(id);
      }
    };
    const making = make();
    this.#making.set(id, making);
    return making;
  }

  async #make({ request, images, activity }: RunRecipe): Promise<KeptRun> {
    const seed = noiseSeed(request.settings);
    const sources = this.#sources(request);
    const mapJob = await loadMapJob(request.settings, sources);
    if (images === 0) return { mapping: mapped(mapJob), seed, activity, images: undefined };
    const job = await addImages(mapJob, request.settings, sources);
    const { images: same } = firstOf(job, images).images;
    return { mapping: mapped(job), seed, activity, images: same };
  }

  #open(): Promise<PageBackend> {
    const opening = (this.#opened ??= openPageBackend());
    opening.catch(() => {
      this.#opened = undefined;
    });
    return opening;
  }
}

/** A job with at most `most` of its images. */
function firstOf(job: Job, most: number): Job {
  const { images } = job.images;
  if (images.images <= most) return job;
  const count = most;
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
