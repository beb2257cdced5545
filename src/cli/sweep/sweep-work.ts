// Runs points of an experiment in this process: what a sweep, a shard, a dry run and a replay have in common.

import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Point } from '../../experiment/point.ts';
import type { Row } from '../../experiment/point-result.ts';
import { type ResultStore, runUnits, type UnitRunner } from '../../experiment/run-units.ts';
import { type Unit, unitsOf } from '../../experiment/shard.ts';
import { openPartSimulator } from '../../experiment/simulate-point.ts';
import { openStages, type Stages } from '../../experiment/stages.ts';
import { openBackend } from '../backends.ts';
import { nodeSources } from '../node-sources.ts';
import type { BackendName } from '../options.ts';
import { packageVersion } from '../package-root.ts';

/** Backends that sweeps run on. */
export type SweepBackend = Exclude<BackendName, 'browser'>;

/** Names of {@link SweepBackend}. */
export const sweepBackends: readonly SweepBackend[] = ['auto', 'gpu', 'wasm', 'reference'];

/** How units are run. */
export interface WorkOptions {
  readonly backend: SweepBackend;
  /** Threads of WebAssembly; one per processor by default. */
  readonly threads?: number | undefined;
  readonly store: ResultStore;
  readonly onUnit?: UnitRunner['onUnit'];
}

/** Does units, as they come; what they share is computed once for all calls. */
export type UnitWork = (
  units: Iterable<Unit> | AsyncIterable<Unit>,
  options: WorkOptions,
) => Promise<void>;

/** Opens work on the units of one experiment, whose stages are kept in `stages`. */
export function openUnitWork(stages: Stages = openStages(nodeSources)): UnitWork {
  const simulatePart = openPartSimulator(stages);
  return async (units, { backend, threads, store, onUnit }) =>
    await runUnits(units, {
      stages,
      simulatePart,
      openBackend: async () => (await openBackend(backend, { threads })).backend,
      mars: packageVersion,
      store,
      host: hostname(),
      clock: () => performance.now(),
      ...(onUnit ? { onUnit } : {}),
    });
}

/** Does the units that have no result yet, one after the other. */
export const doUnits: UnitWork = async (units, options) => await openUnitWork()(units, options);

/** Computes points without storing them, and gives their rows. */
export async function computeRows(
  points: readonly Point[],
  backend: SweepBackend,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const store: ResultStore = {
    isDone: () => false,
    savePoint: ({ row }) => rows.push(row),
    savePart: () => undefined,
  };
  await doUnits(unitsOf(points, 1), { backend, store });
  return rows;
}
