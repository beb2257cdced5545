// Opens an engine: a simulator in a worker, or, where no worker can be had (a sandboxed frame, a policy that forbids
// it), in this thread.

import { CancelledError } from '../../core/errors.ts';
import type { DataPlace } from './bundled-data.ts';
import type { Engine, RunOptions, RunResult, UserFiles } from './engine.ts';
import type { RunRequest } from './load-job.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { packageFolderBeside } from './moved-modules.ts';
import { errorOf } from './plain-error.ts';
import type { Answer, Question, Questions } from './questions.ts';
import type { RunSettings } from './run-settings.ts';
import type { Simulator } from './simulator.ts';

/** How long a worker may take to stop before it is ended, in ms: plain loops do not look up before they are done. */
const stopWithin = 1500;

/**
 * Opens an engine. Nothing is loaded before its first run.
 * @param place where the files of `data/` are; as text, the address of the folder that was built beside the page
 */
export const openEngine = (place: string | DataPlace): Engine => new WorkerEngine(place);

/** A run or question that has no answer yet. */
interface Call {
  readonly options: RunOptions;
  readonly resolve: (result: RunResult | Answer) => void;
  readonly reject: (error: Error) => void;
}

class WorkerEngine implements Engine {
  device: string | undefined;
  readonly #place: string | DataPlace;
  readonly #calls = new Map<number, Call>();
  #worker: Promise<Worker | undefined> | undefined;
  #here: Promise<Simulator> | undefined;
  #lastId = 0;
  #isDisposed = false;

  constructor(place: string | DataPlace) {
    this.#place = place;
  }

  async run(settings: RunSettings, files: UserFiles, options: RunOptions = {}): Promise<RunResult> {
    const { signal } = options;
    if (this.#isDisposed || signal?.aborted) throw cancelled();
    const id = ++this.#lastId;
    this.#worker ??= startWorker(this.#place, (message) => this.#hear(message));
    const worker = await this.#worker;
    const result = worker
      ? await this.#runIn(worker, id, { settings, files }, options)
      : await (await this.#simulator()).run(id, { settings, files }, options);
    this.device = result.report.adapter;
    return result;
  }

  dispose(): void {
    this.#isDisposed = true;
    void this.#endWorker();
    void this.#here?.then((simulator) => simulator.dispose());
  }

  async ask<Name extends keyof Questions>(
    run: number,
    name: Name,
    about: Questions[Name]['about'],
  ): Promise<Questions[Name]['answer']> {
    const question = { name, about } as Question;
    const worker = await this.#worker;
    if (!worker) return (await this.#simulator()).ask(run, question);
    const id = ++this.#lastId;
    return await new Promise((resolve, reject) => {
      this.#calls.set(id, { options: {}, resolve: (answer) => resolve(answer as Answer), reject });
      send(worker, { kind: 'ask', id, run, question });
    });
  }

  async #runIn(
    worker: Worker,
    id: number,
    request: RunRequest,
    options: RunOptions,
  ): Promise<RunResult> {
    const { signal } = options;
    if (signal?.aborted) throw cancelled();
    const stop = (): void => {
      send(worker, { kind: 'cancel', id });
      setTimeout(() => {
        if (this.#calls.has(id)) void this.#endWorker();
      }, stopWithin);
    };
    signal?.addEventListener('abort', stop);
    try {
      return await new Promise((resolve, reject) => {
        const take = (result: RunResult | Answer): void => resolve(result as RunResult);
        this.#calls.set(id, { options, resolve: take, reject });
        send(worker, { kind: 'run', id, request });
      });
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  #hear(message: FromWorker): void {
    if (message.kind === 'ready') return;
    const call = this.#calls.get(message.id);
    if (!call) return;
    if (message.kind === 'progress') call.options.onProgress?.(message.progress);
    else if (message.kind === 'partial') call.options.onPartial?.(message.partial);
    else {
      this.#calls.delete(message.id);
      if (message.kind === 'result') call.resolve(message.result);
      else if (message.kind === 'answer') call.resolve(message.answer);
      else call.reject(errorOf(message.error));
    }
  }

  /** Ends the worker with all that it does; the next run gets a new one. */
  async #endWorker(): Promise<void> {
    const ending = this.#worker;
    this.#worker = undefined;
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const { reject } of calls) reject(cancelled());
    (await ending)?.terminate();
  }

  #simulator(): Promise<Simulator> {
    this.#here ??= import('./simulator.ts').then(({ Simulator: Made }) => new Made(this.#place));
    return this.#here;
  }
}

/**
 * A worker that is ready; undefined where none can be had.
 * @param address of its script; beside this module by default, and if it is not there, where it lies in the package
 */
function startWorker(
  place: string | DataPlace,
  hear: (message: FromWorker) => void,
  address?: string,
): Promise<Worker | undefined> {
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
    worker.addEventListener('error', () => {
      worker.terminate();
      const folder = packageFolderBeside(import.meta.url);
      resolve(
        address !== undefined || folder === undefined
          ? undefined
          : startWorker(place, hear, `${folder}engine-worker.js`),
      );
    });
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === 'ready') {
        send(worker, { kind: 'open', place });
        resolve(worker);
      } else hear(data);
    });
  });
}

const send = (worker: Worker, message: ToWorker): void => worker.postMessage(message);
const cancelled = (): CancelledError => new CancelledError({ what: 'stopped' });
