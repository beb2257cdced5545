// The self-check of an adapter: its parts one after the other, each with its share of the time, and what is known after each.

import { at, CimError } from '../../core/errors.ts';
import type { KernelShape } from '../../gpu/kernel-shape.ts';
import { WrongNumbers } from '../equal.ts';
import type { Host } from '../question.ts';
import { keyText } from '../result.ts';
import { seededSet } from '../seeded-images.ts';
import { adapterPart } from './adapter-part.ts';
import { checkFormat, type CheckReport, type Fault, type PartReport } from './check-report.ts';
import { equality } from './equality.ts';
import { faultOf } from './find-fault.ts';
import { largestBatch } from './largest-batch.ts';
import { ceilings, images, reads, shortcuts } from './speed.ts';
import type { Part, Stage } from './stage.ts';
import { sustained } from './sustained.ts';
import { tune } from './tune.ts';

/** What a check needs to know. */
export interface CheckOptions {
  readonly host: Host;
  /** Seconds that it may take; the case that runs when they are over is ended. */
  readonly seconds: number;
  /** What the report says of itself and the machine. */
  readonly about: Pick<CheckReport, 'version' | 'date' | 'machine' | 'runtime'>;
  /** Hears of the report whenever a part begins or ends. */
  readonly onReport: (report: CheckReport) => void;
  /** Hears of each row, and of each part that begins. */
  readonly onLine?: (line: string) => void;
}

/** Runs a check; its report says how it ended. Errors that are no {@link CimError} are thrown. */
export async function runCheck(options: CheckOptions): Promise<CheckReport> {
  const { seconds, about } = options;
  let shape: KernelShape | undefined;
  const host = withSeededImages(options.host);
  const parts = [
    adapterPart,
    equality,
    tune((fastest) => {
      shape = fastest;
    }),
    ceilings,
    reads,
    shortcuts,
    images,
    largestBatch,
    sustained,
  ];
  const start = host.now();
  const done: PartReport[] = parts.map(({ name, asks }) => waiting(name, asks));
  const { adapter } = host;
  const base = { format: checkFormat, ...about, seconds, adapter } as const;
  const tell = (state: CheckReport['state'], fault: Fault | null): CheckReport => {
    const report: CheckReport = { ...base, state, parts: [...done], fault };
    options.onReport(report);
    return report;
  };
  for (const [i, part] of parts.entries()) {
    const shares = parts.slice(i).reduce((sum, one) => sum + one.share, 0);
    const left = Math.max(0, seconds - (host.now() - start));
    const budget = (left * part.share) / shares;
    options.onLine?.(`${part.name}: ${budget.toFixed(0)} s`);
    const run = new PartRun(shape ? { ...host, shape } : host, part, budget, options.onLine);
    done[i] = run.report();
    tell('running', null);
    const fault = await run.run();
    done[i] = run.report();
    if (fault || (run.hasFailed && part.isDecisive)) {
      for (let later = i + 1; later < parts.length; later++) done[later] = notRun(at(done, later));
      return tell('failed', fault ?? null);
    }
  }
  return tell(done.some(({ state }) => state === 'failed') ? 'failed' : 'done', null);
}

const waiting = (name: string, asks: string): PartReport => ({
  name,
  asks,
  state: 'waiting',
  budget: null,
  seconds: null,
  rows: [],
  notes: [],
  skipped: [],
  error: null,
});

const notRun = (part: PartReport): PartReport => ({ ...part, state: 'not run' });

/** Seeded images where a data set is not on this machine. */
const withSeededImages = (host: Host): Host => ({
  ...host,
  images: async (name, part, count) => {
    try {
      return await host.images(name, part, count);
    } catch (error) {
      if (!(error instanceof CimError)) throw error;
      return seededSet(name, count);
    }
  },
});

/** A part while it runs. */
class PartRun {
  hasFailed = false;
  readonly #host: Host;
  readonly #part: Part;
  readonly #start: number;
  readonly #onLine: CheckOptions['onLine'];
  #report: PartReport;

  constructor(host: Host, part: Part, budget: number, onLine: CheckOptions['onLine']) {
    this.#host = host;
    this.#part = part;
    this.#start = host.now();
    this.#onLine = onLine;
    this.#report = { ...waiting(part.name, part.asks), state: 'running', budget };
  }

  report(): PartReport {
    return this.#report;
  }

  /** Runs it; gives the smallest wrong case, if one was found. */
  async run(): Promise<Fault | undefined> {
    const [result] = await Promise.allSettled([this.#part.run(this.#stage())]);
    const seconds = this.#host.now() - this.#start;
    const state = this.#report.skipped.length > 0 ? 'out of time' : 'done';
    this.#report = { ...this.#report, seconds, state };
    if (result.status === 'fulfilled') return undefined;
    const error: unknown = result.reason;
    if (!(error instanceof CimError || error instanceof WrongNumbers)) throw error;
    this.hasFailed = true;
    this.#report = { ...this.#report, state: 'failed', error: error.message };
    this.#onLine?.(`${this.#part.name}: ${error.message}`);
    return error instanceof WrongNumbers
      ? await faultOf(this.#host, this.#part.name, error)
      : undefined;
  }

  #stage(): Stage {
    const { budget } = this.#report;
    const secondsLeft = (): number => (budget ?? 0) - (this.#host.now() - this.#start);
    return {
      host: this.#host,
      secondsLeft,
      hasTime: () => secondsLeft() > 0,
      add: (row) => {
        this.#report = { ...this.#report, rows: [...this.#report.rows, row] };
        this.#onLine?.(`${this.#part.name}: ${keyText(row.key)}`);
      },
      note: (text) => {
        // A part that goes on in rounds says of each what it says of the first.
        this.#report = { ...this.#report, notes: [...new Set([...this.#report.notes, text])] };
      },
      skip: (key) => {
        this.#report = { ...this.#report, skipped: [...this.#report.skipped, key] };
      },
    };
  }
}
