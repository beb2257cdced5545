// The harness: every case is checked first and timed afterwards.

import { hasKind } from '../core/errors.ts';
import { smallest } from '../core/extremes.ts';
import type { Bench, Host, Question, Settings, TimedCase } from './question.ts';
import { keyText, type Row, type Timing } from './result.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** Most runs within one repetition. */
const maxRuns = 10_000;
/** A case gets fewer repetitions when they would take longer than this; but at least {@link minRepetitions}. */
const secondsPerCase = 60;
const minRepetitions = 3;

/** What a question answered. */
export interface Answer {
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
  /** Keys of the cases for which there was no time. */
  readonly skipped: readonly Row['key'][];
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
  const skipped: Row['key'][] = [];
  const add = (row: Row): Row => {
    rows.push(row);
    onRow(row);
    return row;
  };
  const wants = (key: Row['key']): boolean => settings.cases?.test(keyText(key)) !== false;
  const bench: Bench = {
    host,
    settings,
    wants,
    measure: async (key, open) => {
      if (!wants(key)) return undefined;
      if (settings.hasTime?.() === false) {
        skipped.push(key);
        return undefined;
      }
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
      if (wants(row.key)) add({ ...row, timing: null });
    },
    note: (text) => notes.push(text),
  };
  await question.ask(bench);
  return { rows, notes, skipped };
}

/** Opens a case; undefined, and the reason told, where its input is not on this machine. */
async function openOr(
  open: () => Promise<TimedCase> | TimedCase,
  tell: (reason: string) => void,
): Promise<TimedCase | undefined> {
  try {
    return await open();
  } catch (error) {
    if (!hasKind(error, 'input') && !hasKind(error, 'missingData')) throw error;
    tell(error.message);
    return undefined;
  }
}

async function time(one: TimedCase, host: Host, settings: Settings): Promise<Timing> {
  await timeRuns(one, host, 1);
  const single = await timeRuns(one, host, 1);
  const wanted = Math.ceil(settings.seconds / single.wall);
  const runsPerRepetition = single.isRestarted ? 1 : Math.min(maxRuns, Math.max(1, wanted));
  const affordable = Math.floor(secondsPerCase / (single.wall * runsPerRepetition));
  const repetitions = Math.min(settings.repetitions, Math.max(minRepetitions, affordable));
  const times: RunTime[] = [];
  for (let i = 0; i < repetitions; i++) times.push(await timeRuns(one, host, runsPerRepetition));
  const wall = spreadOf(times.map((time) => time.wall / runsPerRepetition));
  const cpus = times.map((time) => (time.cpu ?? 0) / runsPerRepetition);
  const onDevice = times.flatMap(({ device }) =>
    device === undefined ? [] : [device / runsPerRepetition],
  );
  // Where the clock of CPU seconds ticks slowly, a short run may have used none at all.
  const cpu = smallest(cpus) > 0 ? spreadOf(cpus) : null;
  return {
    repetitions,
    runsPerRepetition,
    wall,
    cpu,
    device: onDevice.length === times.length ? spreadOf(onDevice) : null,
    work: { ...one.work },
    perSecond: over(one.work, wall.p50),
    perCpuSecond: cpu && over(one.work, cpu.p50),
    roofline: one.bound ? shareOf(one.bound, { wall, cpu }) : null,
  };
}

/** What runs took. */
export interface RunTime {
  readonly wall: number;
  readonly cpu: number | undefined;
  /** Seconds that the device worked; undefined where it does not tell. */
  readonly device: number | undefined;
  /** Did a run restart the watch? Then only what came after the last restart is counted. */
  readonly isRestarted: boolean;
}

/** Seconds of so many runs, one after the other. */
export async function timeRuns(one: TimedCase, host: Host, runs: number): Promise<RunTime> {
  let isRestarted = false;
  let cpuStart = host.cpuSeconds();
  await cpuStart;
  one.takeDeviceSeconds?.();
  let start = host.now();
  const restart = (): void => {
    isRestarted = true;
    one.takeDeviceSeconds?.();
    cpuStart = host.cpuSeconds();
    start = host.now();
  };
  for (let i = 0; i < runs; i++) await one.run({ restart });
  const wall = host.now() - start;
  const device = one.takeDeviceSeconds?.();
  const [before, after] = [await cpuStart, await host.cpuSeconds()];
  const cpu = before === undefined || after === undefined ? undefined : after - before;
  return { wall, cpu, device, isRestarted };
}

function shareOf(
  { name, seconds, clock }: NonNullable<TimedCase['bound']>,
  spreads: { readonly wall: Spread; readonly cpu: Spread | null },
): Timing['roofline'] {
  const spread = spreads[clock];
  return spread && { bound: name, share: seconds / spread.p50 };
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
