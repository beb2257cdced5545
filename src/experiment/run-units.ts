// Runs units of an experiment one after the other. Where results go, and what runs the macros, is handed in.

import { hasKind } from '../core/errors.ts';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import { estimatedRow, failedRow, type Maker, type Row, simulatedRow } from './point-result.ts';
import type { Made, PartFile, PointFile } from './result-file.ts';
import type { Unit } from './shard.ts';
import { type PartSimulator } from './simulate-point.ts';
import type { Stages } from './stages.ts';

/** Where results are kept, so that whatever is in it need not be done again. */
export interface ResultStore {
  /** Whether the unit, or its whole point, has a result. */
  isDone(unit: Unit): boolean;
  /** Keeps the result of a point, whole or not at all. */
  savePoint(file: PointFile): void;
  /** Keeps the counts of a range of images, whole or not at all. */
  savePart(file: PartFile): void;
}

/** What runs units. */
export interface UnitRunner {
  readonly stages: Stages;
  readonly simulatePart: PartSimulator;
  /** Opens a backend; asked for once images are to be simulated, and again after one failed. */
  readonly openBackend: () => Promise<MacroBackend>;
  /** Version of mars-cim. */
  readonly mars: string;
  readonly store: ResultStore;
  /** Name of this machine, for the files. */
  readonly host: string;
  /** Milliseconds from any moment on. */
  readonly clock: () => number;
  /** Called after each unit with the seconds that it took, 0 for one that had its result already. */
  readonly onUnit?: (seconds: number) => void;
}

/**
 * Does the units that have no result yet, as they come: a list, or what others hand out. A point that fails has its error as result.
 * @throws {CimError} (environment, missingData, cancelled) for what would stop every point
 * @throws {CimError} when a result cannot be stored
 */
export async function runUnits(
  units: Iterable<Unit> | AsyncIterable<Unit>,
  runner: UnitRunner,
): Promise<void> {
  const held: Held = { backend: undefined };
  try {
    for await (const unit of units) {
      const start = runner.clock();
      const isDone = runner.store.isDone(unit);
      if (!isDone) await doUnit(unit, held, runner);
      runner.onUnit?.(isDone ? 0 : (runner.clock() - start) / 1000);
    }
  } finally {
    await held.backend?.[Symbol.asyncDispose]();
  }
}

/** The backend that is open between units. */
interface Held {
  backend: MacroBackend | undefined;
}

/** Does a unit and keeps its result. */
async function doUnit(unit: Unit, held: Held, runner: UnitRunner): Promise<void> {
  const start = runner.clock();
  let done: Done;
  try {
    if (unit.point.settings.images > 0) held.backend ??= await runner.openBackend();
    done = await resultOf(unit, held.backend, runner);
  } catch (error) {
    if (endsAll.some((kind) => hasKind(error, kind))) throw error;
    done = { row: failedRow(unit.point, error, makerOf(unit, held.backend, runner)) };
    if (mayBeDevice(error)) {
      await held.backend?.[Symbol.asyncDispose]();
      held.backend = undefined;
    }
  }
  const made: Made = {
    seconds: Math.round(runner.clock() - start) / 1000,
    host: runner.host,
    device: held.backend?.device ?? 'none',
  };
  if ('row' in done) runner.store.savePoint({ ...done, made });
  else runner.store.savePart({ ...done, made });
}

/** A lost device stays lost: the next point gets another one. */
const mayBeDevice = (error: unknown): boolean =>
  hasKind(error, 'simulation') || hasKind(error, 'memory');

/** Kinds of errors that the next point would meet too. */
const endsAll = ['environment', 'missingData', 'cancelled'] as const;

type Done = { readonly row: Row } | Omit<PartFile, 'made'>;

/** The backend that did it, which `auto` chooses on each machine. */
const makerOf = (
  { point }: Unit,
  backend: MacroBackend | undefined,
  { mars }: UnitRunner,
): Maker => ({ mars, backend: (point.settings.images > 0 ? backend?.name : undefined) ?? 'none' });

async function resultOf(
  unit: Unit,
  backend: MacroBackend | undefined,
  runner: UnitRunner,
): Promise<Done> {
  const { point, range, isWhole } = unit;
  const { stages, simulatePart } = runner;
  const maker = makerOf(unit, backend, runner);
  const mapped = await stages.map(point);
  if (!backend || point.settings.images === 0) return { row: estimatedRow(mapped, maker) };
  const part = await simulatePart(mapped, range, backend);
  if (isWhole) return { row: simulatedRow(mapped, part, maker) };
  return { id: point.id, ...maker, part };
}
