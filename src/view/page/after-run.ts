// What is done once a run has ended: it is kept, and compared with the same job on a chip without sparsity support.

import type { Report } from '../../report/report.ts';
import type { Engine, RunResult, UserFiles } from '../engine/engine.ts';
import type { RunStore } from './run-store.ts';

/** Images on which the chip that stores every group is simulated, to compare with. */
const denseImages = 20;

/** Keeps a run, with the names of the files that took part. */
export async function keepRun(
  store: RunStore,
  { settings, report }: RunResult,
  files: UserFiles,
): Promise<void> {
  const names = [files.network, files.chip, ...(files.images ?? [])].flatMap((file) =>
    file ? [file.name] : [],
  );
  await store.keep({ date: new Date().toISOString(), settings, files: names, report });
}

/** The same job on a chip that stores every group; undefined where this one does, or that one cannot be had. */
export async function denseReport(
  engine: Engine,
  { settings, report }: RunResult,
  files: UserFiles,
): Promise<Report | undefined> {
  const { groups, groupsKept } = report.compression;
  if (groups === groupsKept) return undefined;
  const images = Math.min(settings.images, denseImages);
  const changed = { ...settings, images, set: [...settings.set, 'controller.sparsity=none'] };
  try {
    return (await engine.run(changed, files)).report;
  } catch {
    return undefined; // Such as a larger weight SRAM than the chip has: the run itself is shown all the same.
  }
}
