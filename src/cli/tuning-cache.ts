// The shapes that `mars tune` found, per adapter and driver, in the person's cache folder.

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { candidateShapes, type KernelShape } from '../gpu/kernel-shape.ts';
import { readJson } from './files.ts';
import { writeWhole } from './write-files.ts';

/** The file: under XDG_CACHE_HOME, or ~/.cache. */
export const tuningFile = (): string =>
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mars-cim', 'tuning.json');

const schema = z.record(
  z.string(),
  z.object({ workgroup: z.int(), subgroups: z.boolean(), date: z.string() }),
);

/** The shape found for an adapter; undefined where it was not measured, or the file is not one of ours. */
export function tunedShape(adapter: string): KernelShape | undefined {
  const found = readTuning()[adapter];
  return candidateShapes.find(
    (shape) => shape.workgroup === found?.workgroup && shape.subgroups === found.subgroups,
  );
}

/**
 * Keeps the shape of an adapter beside those of others.
 * @throws {InputError} when the file cannot be written
 */
export function keepShape(adapter: string, shape: KernelShape): void {
  const date = new Date().toISOString().slice(0, 10);
  const all = { ...readTuning(), [adapter]: { ...shape, date } };
  writeWhole(tuningFile(), `${JSON.stringify(all, null, 2)}\n`, 'XDG_CACHE_HOME');
}

/** A cache: whatever cannot be read is as if it were not there. */
function readTuning(): z.infer<typeof schema> {
  if (!existsSync(tuningFile())) return {};
  try {
    const parsed = schema.safeParse(readJson(tuningFile()));
    return parsed.success ? parsed.data : {};
  } catch {
    return {};
  }
}
