// Computes points of an experiment in the page's simulator, one at a time, as `mars sweep` computes them.

import { CimError } from '../../core/errors.ts';
import type { LongWork } from '../../core/progress.ts';
import type { Point } from '../../experiment/point.ts';
import type { PointFile } from '../../experiment/result-file.ts';
import { runUnits, type UnitRunner } from '../../experiment/run-units.ts';
import { unitsOf } from '../../experiment/shard.ts';
import { openPartSimulator } from '../../experiment/simulate-point.ts';
import { openStages } from '../../experiment/stages.ts';
import type { Sources } from '../../settings/sources.ts';
import type { MacroBackend } from '../../simulate/macro-backend.ts';
import type { PageBackend } from './page-backends.ts';

/** What computes the points of one experiment. */
export interface PointRunner {
  /** In the order in which they share most. */
  readonly points: readonly Point[];
  /**
   * The result of a point; one that fails has its error as result.
   * @throws {CimError} (environment, missingData, cancelled) for what would stop every point
   */
  run(point: Point): Promise<PointFile>;
}

/** Whose backend it runs on. */
export interface BackendOwner {
  readonly open: () => Promise<PageBackend>;
  /** Ends the backend, so that the next point gets another one. */
  readonly close: () => Promise<void>;
}

/** Opens a runner: what points share is computed once for all of them. */
export function openPointRunner(
  points: readonly Point[],
  sources: Sources,
  owner: BackendOwner,
  work: LongWork,
): PointRunner {
  const stages = openStages(sources, work);
  const simulatePart = openPartSimulator(stages, work);
  return {
    points: unitsOf(points, 1).map(({ point }) => point),
    run: async (point) => {
      let result: PointFile | undefined;
      let opened: PageBackend | undefined;
      const runner: UnitRunner = {
        stages,
        simulatePart,
        openBackend: async () => {
          opened = await owner.open();
          checkImages(point, opened);
          return lent(opened.backend);
        },
        mars: import.meta.env.MARS_VERSION,
        host: 'browser',
        clock: () => performance.now(),
        store: {
          isDone: () => false,
          savePoint: (file) => {
            result = file;
          },
          savePart: () => undefined,
        },
      };
      try {
        await runUnits(unitsOf([point], 1), runner);
      } catch (error) {
        // One that was stopped is of no use any more.
        await owner.close();
        throw error;
      }
      const kind = result?.row.error?.kind;
      if (kind === 'simulation' || kind === 'memory') await owner.close();
      else opened?.backend.rest();
      if (!result) throw new Error(`broken invariant: point ${point.id} has no result`);
      return result;
    },
  };
}

/** The backend of the page, which outlives the point. */
const lent = (backend: MacroBackend): MacroBackend => ({
  name: backend.name,
  imagesTogether: backend.imagesTogether,
  readsPerBatch: backend.readsPerBatch,
  device: backend.device,
  get peakMemory() {
    return backend.peakMemory;
  },
  prepare: (program) => backend.prepare(program),
  upload: (map, firstImage) => backend.upload(map, firstImage),
  runMacro: (prepared, input, residual) => backend.runMacro(prepared, input, residual),
  runPool: (pool, input) => backend.runPool(pool, input),
  release: (held) => backend.release(held),
  download: (map, signal) => backend.download(map, signal),
  rest: () => backend.rest(),
  takeEvents: (prepared) => backend.takeEvents(prepared),
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

function checkImages({ settings }: Point, { maxImages }: PageBackend): void {
  if (settings.images <= maxImages) return;
  throw new CimError('environment', {
    what: `without WebGPU and WebAssembly this browser simulates ${maxImages} images of a point at most, not ${settings.images}`,
    where: 'images',
    todo: 'take fewer images, another browser, or mars sweep on the command line',
  });
}
