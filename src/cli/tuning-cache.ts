// The shapes that `mars tune` found, per adapter and driver, in the person's cache folder.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { candidateShapes, type KernelShape } from '../gpu/kernel-shape.ts';
import { userCacheFolder, withoutCache } from './cache.ts';
import { readJson } from './files.ts';
import { checkTargets, writeWhole } from './write-files.ts';

/** The file, in the person's cache folder. */
export const tuningFile = (): string => join(userCacheFolder(), 'tuning.json');

const schema = z.record(
  z.string(),
  z.object({
    workgroup: z.int(),
    subgroups: z.boolean(),
    /** Files from before there was a choice have none, and count as not measured. */
    sums: z.string().optional(),
    date: z.string(),
  }),
);

/**
 * The shape found for an adapter; undefined where it was not measured, or the file cannot be used, which one line on
 * stderr says.
 */
export function tunedShape(adapter: string): KernelShape | undefined {
  const found = readTuning('the kernels have their default shape')[adapter];
  return candidateShapes.find(
    (shape) =>
      shape.workgroup === found?.workgroup &&
      shape.subgroups === found.subgroups &&
      shape.sums === found.sums,
  );
}

/** Whether {@link keepShape} can write, before the work; one line on stderr says so where it cannot. */
export const canKeepShapes = (): boolean =>
  unlessUnusable(() => checkTargets([tuningFile()], 'XDG_CACHE_HOME'));

/** Keeps the shape of an adapter beside those of others. False, after a line on stderr, where that cannot be done. */
export function keepShape(adapter: string, shape: KernelShape): boolean {
  const date = new Date().toISOString().slice(0, 10);
  const all = { ...readTuning('it is begun anew'), [adapter]: { ...shape, date } };
  const text = `${JSON.stringify(all, null, 2)}\n`;
  return unlessUnusable(() => writeWhole(tuningFile(), text, 'XDG_CACHE_HOME'));
}

function unlessUnusable(use: () => void): boolean {
  try {
    use();
    return true;
  } catch (error) {
    withoutCache(tuningFile(), (error as Error).cause, 'what is measured is not kept');
    return false;
  }
}

function readTuning(instead: string): z.infer<typeof schema> {
  if (!existsSync(tuningFile())) return {};
  try {
    return schema.parse(readJson(tuningFile()));
  } catch (error) {
    const { cause = new Error('it is none of ours') } = error as Error;
    withoutCache(tuningFile(), cause, instead);
    return {};
  }
}
