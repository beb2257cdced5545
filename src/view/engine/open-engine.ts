// Opens an engine: a simulator in a worker, or, where no worker can be had (a sandboxed frame, a policy that forbids
// it), in this thread.

import { CimError, errorOf } from '../../core/errors.ts';
import type { DataPlace } from './bundled-data.ts';
import type { Engine, RunOptions, RunResult, SweepOptions, SweepRequest } from './engine.ts';
import type { UserFiles } from './user-files.ts';
import type { RunRecipe } from './kept-runs.ts';
import type { CallEnd, FromWorker, ToWorker, WorkerCall } from './messages.ts';
import { packageFolderBeside } from './moved-modules.ts';
import type { Answer, Question, Questions } from './questions.ts';
import type { RunSettings } from '../../settings/run-settings.ts';
import type { RunOutcome, Simulator } from './simulator.ts';
import { deadWorker, watchWorker, type WorkerWatch } from './worker-life.ts';

/** How long a worker may take to stop before it is ended, in ms: plain loops do not look up before they are done. */
const stopWithin = 1500;

/**
 * Opens an engine. Nothing is loaded before its first run.
 * @param place where the files of `data/` are; as text, the address of the folder that was built beside the page
 */
export const openEngine = (place: string | DataPlace): Engine => new WorkerEngine(place);

type CallOptions = RunOptions & Partial<SweepOptions>;

/** A call that has no answer yet. */
interface Call {
  readonly options: CallOptions;
  readonly resolve: (end: CallEnd) => void;
  readonly reject: (error: Error) => void;
}

/** A worker that is ready. */
interface Link {
  readonly worker: Worker;
  readonly watch: WorkerWatch;
}

class WorkerEngine implements Engine {
  device: string | undefined;
  readonly #place: string | DataPlace;
  readonly #calls = new Map<number, Call>();
  readonly #recipes = new Map<number, RunRecipe>();
  #link: Promise<Link | undefined> | undefined;
  #here: Promise<Simulator> | undefined;
  #lastId = 0;
  #isDisposed = false;

  constructor(place: string | DataPlace) {
    this.#place = place;
  }

  async run(settings: RunSettings, files: UserFiles, options: RunOptions = {}): Promise<RunResult> {
    const { signal, isKept = true } = options;
    const request = { settings, files };
    const id = ++this.#lastId;
    const { result, activity } = await this.#untilDone(signal, (link) =>
      link
        ? this.#runIn(link, { kind: 'run', id, request, isKept }, options)
        : this.#runHere(id, request, options),
    );
    if (isKept) {
      const images = result.settings.images === 0 ? 0 : result.report.images;
      this.#recipes.set(id, { request, images, activity });
    }
    this.device = result.report.adapter;
    return result;
  }

  async sweep({ points, files }: SweepRequest, options: SweepOptions): Promise<void> {
    const { signal } = options;
    const done = new Set<string>();
    const onPoint: SweepOptions['onPoint'] = (file) => {
      done.add(file.row.id);
      options.onPoint(file);
    };
    await this.#untilDone(signal, async (link) => {
      // Where the worker was ended because of another call, some are done.
      const request = { files, points: points.filter(({ id }) => !done.has(id)) };
      if (!link) return await (await this.#simulator()).sweep(request, { signal, onPoint });
      const id = ++this.#lastId;
      await this.#stoppable(link, { kind: 'sweep', id, request }, { signal, onPoint });
    });
  }

  async ask<Name extends keyof Questions>(
    run: number,
    name: Name,
    about: Questions[Name]['about'],
  ): Promise<Questions[Name]['answer']> {
    const question = { name, about } as Question;
    return await this.#untilDone(undefined, async (link) => {
      const recipe = this.#recipes.get(run);
      if (!recipe) throw notKnown(run);
      if (!link) return await (await this.#simulator()).ask(run, question, recipe);
      // A recipe may hold megabytes of a person's files: it is sent only when it is needed.
      return (
        (await this.#askIn(link, run, question, undefined)) ??
        (await this.#askIn(link, run, question, recipe))
      );
    }).then((answer) => {
      if (answer === undefined) throw notKnown(run);
      return answer;
    });
  }

  forget(run: number): void {
    this.#recipes.delete(run);
    void this.#link?.then((link) => link && send(link.worker, { kind: 'forget', run }));
    void this.#here?.then((simulator) => simulator.forget(run));
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#endWorker(cancelled);
    void this.#here?.then((simulator) => simulator.dispose());
  }

  /** Does `work`, and does it again on a new worker when its own was ended because of another call. */
  async #untilDone<T>(
    signal: AbortSignal | undefined,
    work: (link: Link | undefined) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      if (this.#isDisposed || signal?.aborted) throw cancelled();
      const opening = (this.#link ??= this.#startWorker());
      const link = await opening;
      // It may have been ended meanwhile, and a call to it would wait for ever.
      if (opening !== this.#link) continue;
      if (signal?.aborted) throw cancelled();
      try {
        return await work(link);
      } catch (error) {
        if (error !== interrupted) throw error;
      }
    }
  }

  async #runIn(link: Link, call: WorkerCall, options: RunOptions): Promise<RunOutcome> {
    const end = await this.#stoppable(link, call, options);
    if (end.kind !== 'result') throw new Error(`broken invariant: a run ends with ${end.kind}`);
    return end.outcome;
  }

  /** A call that is stopped where its signal says so, with the worker if need be. */
  async #stoppable(link: Link, call: WorkerCall, options: CallOptions): Promise<CallEnd> {
    const { signal } = options;
    const stop = (): void => {
      send(link.worker, { kind: 'cancel', id: call.id });
      setTimeout(() => {
        if (this.#calls.has(call.id))
          this.#endWorker(({ options: { signal: other } }) =>
            other?.aborted ? cancelled() : interrupted,
          );
      }, stopWithin);
    };
    signal?.addEventListener('abort', stop);
    try {
      return await this.#call(link, call, options);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  async #askIn(
    link: Link,
    run: number,
    question: Question,
    recipe: RunRecipe | undefined,
  ): Promise<Answer | undefined> {
    const end = await this.#call(link, { kind: 'ask', id: ++this.#lastId, run, question, recipe });
    return end.kind === 'answer' ? end.answer : undefined;
  }

  #call({ worker }: Link, call: WorkerCall, options: CallOptions = {}): Promise<CallEnd> {
    return new Promise((resolve, reject) => {
      send(worker, call);
      this.#calls.set(call.id, { options, resolve, reject });
    });
  }

  #hear(message: Exclude<FromWorker, { readonly kind: 'ready' }>): void {
    const call = this.#calls.get(message.id);
    if (!call) return;
    if (message.kind === 'progress') call.options.onProgress?.(message.progress);
    else if (message.kind === 'partial') call.options.onPartial?.(message.partial);
    else if (message.kind === 'point') call.options.onPoint?.(message.file);
    else {
      this.#calls.delete(message.id);
      if (message.kind === 'error') call.reject(errorOf(message.error));
      else call.resolve(message);
    }
  }

  /** Ends the worker with all that it does; the next call gets a new one. */
  #endWorker(reason: (call: Call) => Error): void {
    const ending = this.#link;
    this.#link = undefined;
    void ending?.then((link) => link?.watch.end());
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.reject(reason(call));
  }

  #runHere(id: number, request: RunRecipe['request'], options: RunOptions): Promise<RunOutcome> {
    return this.#simulator().then((simulator) => simulator.run(id, request, options));
  }

  #simulator(): Promise<Simulator> {
    if (this.#here) return this.#here;
    const made = import('./simulator.ts').then(
      ({ Simulator: Made }) => new Made(this.#place),
      (cause: unknown) => {
        // A later call may have better luck with the network.
        this.#here = undefined;
        throw notLoaded(cause);
      },
    );
    this.#here = made;
    return made;
  }

  /**
   * A worker that is ready; undefined where none can be had.
   * @param address of its script; beside this module by default, and if it is not there, where it lies in the package
   */
  #startWorker(address?: string): Promise<Link | undefined> {
    return new Promise((resolve) => {
      let worker: Worker;
      try {
        worker =
          address === undefined
            ? new Worker(new URL('./engine-worker.ts', import.meta.url), { type: 'module' })
            : new Worker(address, { type: 'module' });
      } catch {
        resolve(undefined);
        return;
      }
      let isReady = false;
      const watch = watchWorker(worker, (why) => {
        if (isReady) this.#endWorker(() => died(why));
        else resolve(this.#startElsewhere(address));
      });
      worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
        if (data.kind !== 'ready') {
          this.#hear(data);
          return;
        }
        isReady = true;
        watch.watchLock(data.lock);
        send(worker, { kind: 'open', place: this.#place });
        resolve({ worker, watch });
      });
    });
  }

  /** After the script at `tried` did not start: the package's own, unless that was it. */
  #startElsewhere(tried: string | undefined): Promise<Link | undefined> | undefined {
    const folder = packageFolderBeside(import.meta.url);
    return tried !== undefined || folder === undefined
      ? undefined
      : this.#startWorker(`${folder}engine-worker.js`);
  }
}

const send = (worker: Worker, message: ToWorker): void => worker.postMessage(message);
const cancelled = (): CimError => new CimError('cancelled', { what: 'stopped' });
/** Why a call failed whose worker was ended because of another call. */
const interrupted = new Error('the worker was ended because of another call');
const died = (why: string): CimError =>
  deadWorker(
    'the simulator',
    why,
    'run it again, which starts a new worker; if it stops again, memory may be short: take fewer images or a smaller network',
  );
const notLoaded = (cause: unknown): CimError =>
  new CimError('environment', {
    what: `the simulator cannot be loaded: ${String(cause)}`,
    todo: 'serve the whole folder that was built, and run it again',
    cause,
  });
const notKnown = (run: number): CimError =>
  new CimError('input', {
    what: 'its details were dropped from memory',
    where: `run ${run}`,
    todo: 'run it again',
  });
