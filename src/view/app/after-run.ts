// What is done once a run has ended: it is kept, and compared with the same job on a chip that stores every group.

import type { Report } from '../../report/report.ts';
import type { Engine, RunResult } from '../engine/engine.ts';
import type { UserFiles } from '../engine/user-files.ts';
import type { RunStore } from './run-store.ts';

/** Keeps a run, with the names of the files that took part. */
export async function keepRun(
  store: RunStore,
  { settings, report }: RunResult,
  files: UserFiles,
): Promise<void> {
  const given = [files.network, files.chip, ...(files.images ?? []), files.folder];
  const names = given.flatMap((file) => (file ? [file.name] : []));
  await store.keep({ date: new Date().toISOString(), settings, files: names, report });
}

/**
 * The same job on a chip that stores every group, estimated: cycles and stored bits need no images.
 * @param engine one that nobody else waits for
 * @returns undefined where the run's own chip stores every group, or the other one cannot be had
 */
export async function denseReport(
  engine: Engine,
  { settings, report }: RunResult,
  files: UserFiles,
): Promise<Report | undefined> {
  const { groups, groupsKept } = report.compression;
  if (groups === groupsKept) return undefined;
  const set = [...settings.set, 'controller.sparsity=none'];
  try {
    return (await engine.run({ ...settings, images: 0, set }, files, { isKept: false })).report;
  } catch {
    return undefined; // Such as a larger weight SRAM than the chip has: the run itself is shown all the same.
  }
}

/** Compares one run at a time with {@link denseReport}, on a worker of its own. */
export interface DenseComparer {
  /** Undefined also when it was stopped. */
  compare(result: RunResult, files: UserFiles): Promise<Report | undefined>;
  /** Ends the worker at once with what it does. */
  stop(): void;
}

/** Makes a comparer. @param open opens an engine of its own for each comparison */
export function makeDenseComparer(open: () => Engine): DenseComparer {
  let busy: Engine | undefined;
  const stop = (): void => {
    busy?.dispose();
    busy = undefined;
  };
  return {
    stop,
    compare: async (result, files) => {
      stop();
      const engine = open();
      busy = engine;
      const report = await denseReport(engine, result, files);
      if (busy !== engine) return undefined;
      stop();
      return report;
    },
  };
}
