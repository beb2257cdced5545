// The machine in words, for results that are compared later.

import { cpus, release, totalmem, type } from 'node:os';

/** Processors, memory and system. */
export function machineText(): string {
  const all = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${all.length} x ${all[0]?.model ?? 'unknown CPU'}, ${memory} GiB, ${type()} ${release()}`;
}
