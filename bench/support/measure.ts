// The harness: every case is checked first and timed afterwards.

import { InputError } from '../../src/core/errors.ts';
import type { Bench, Host, Question, Settings, TimedCase } from './question.ts';
import { keyText, type Row, type Timing } from './result.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** Most runs within one repetition. */
const mostRuns = 10_000;
/** A case gets fewer repetitions when they would take longer than this; but at least {@link fewestRepetitions}. */
const secondsPerCase = 60;
const fewestRepetitions = 3;

/** What a question answered. */
export interface Answer {
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}

/** Asks a question. `onRow` hears of every row as soon as it is there. */
export async function ask(
  question: Question,
  host: Host,
  settings: Settings,
  onRow: (row: Row) => void,
): Promise<Answer> {
  const rows: Row[] = [];
  const notes: string[] = [];
  const add = (row: Row): Row => {
    rows.push(row);
    onRow(row);
    return row;
  };
  const bench: Bench = {
    host,
    settings,
    measure: async (key, open) => {
      if (settings.cases?.test(keyText(key)) === false) return undefined;
      const one = await openOr(open, (reason) => {
        const text = `left out where it is needed: ${reason}`;
        if (!notes.includes(text)) notes.push(text);
      });
      if (!one) return undefined;
      try {
        const checked = await one.check();
        const timing = await time(one, host, settings);
        return add({ key, facts: { ...one.facts }, checked, timing });
      } finally {
        one.dispose?.();
      }
    },
    add: (row) => {
      if (settings.cases?.test(keyText(row.key)) !== false) add({ ...row, timing: null });
    },
    note: (text) => notes.push(text),
  };
  await question.ask(bench);
  return { rows, notes };
}

/** Opens a case; undefined, and the reason told, where its input is not on this machine. */
async function openOr(
  open: () => Promise<TimedCase> | TimedCase,
  tell: (reason: string) => void,
): Promise<TimedCase | undefined> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    tell(error.message);
    return undefined;
  }
}

async function time(one: TimedCase, host: Host, settings: Settings): Promise<Timing> {
  await one.run();
  const single = await secondsOf(one, host, 1);
  const runsPerRepetition = Math.min(mostRuns, Math.max(1, Math.ceil(settings.seconds / single)));
  const affordable = Math.floor(secondsPerCase / (single * runsPerRepetition));
  const repetitions = Math.min(settings.repetitions, Math.max(fewestRepetitions, affordable));
  const walls: number[] = [];
  const cpus: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const before = await host.cpuSeconds();
    walls.push((await secondsOf(one, host, runsPerRepetition)) / runsPerRepetition);
    const after = await host.cpuSeconds();
    if (before !== undefined && after !== undefined)
      cpus.push((after - before) / runsPerRepetition);
  }
  const wall = spreadOf(walls);
  // Where the clock of CPU seconds ticks slowly, a short run may have used none at all.
  const cpu = cpus.length === repetitions && Math.min(...cpus) > 0 ? spreadOf(cpus) : null;
  return {
    repetitions,
    runsPerRepetition,
    wall,
    cpu,
    work: { ...one.work },
    perSecond: over(one.work, wall.p50),
    perCpuSecond: cpu && over(one.work, cpu.p50),
    roofline: one.bound ? shareOf(one.bound, { wall, cpu }) : null,
  };
}

function shareOf(
  { name, seconds, clock }: NonNullable<TimedCase['bound']>,
  spreads: { readonly wall: Spread; readonly cpu: Spread | null },
): Timing['roofline'] {
  const spread = spreads[clock];
  return spread && { bound: name, share: seconds / spread.p50 };
}

async function secondsOf(one: TimedCase, host: Host, runs: number): Promise<number> {
  const start = host.now();
  for (let i = 0; i < runs; i++) await one.run();
  return host.now() - start;
}

const over = (work: TimedCase['work'], seconds: number): Record<string, number> =>
  Object.fromEntries(Object.entries(work).map(([unit, amount]) => [unit, amount / seconds]));

/**
 * The smallest size 1, 4, 16 ... whose run takes at least `seconds`: what a device needs to be busy.
 * @param run runs once at that size
 * @param most largest size
 */
export async function busySize(
  host: Host,
  seconds: number,
  most: number,
  run: (size: number) => Promise<void>,
): Promise<number> {
  await run(1);
  for (let size = 1; ; size = Math.min(most, size * 4)) {
    const start = host.now();
    await run(size);
    if (size >= most || host.now() - start >= seconds) return size;
  }
}
