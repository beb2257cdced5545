// What every cache of ours has in common: where it is, and that commands do without one that cannot be used.

import { homedir } from 'node:os';
import { join } from 'node:path';
import { variable } from './environment.ts';
import { reasonOf } from './files.ts';

/** The folder of our caches: mars-cim in XDG_CACHE_HOME, or in ~/.cache. */
export const userCacheFolder = (): string =>
  join(variable('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'mars-cim');

/** Says in one line on stderr that a cache cannot be used, and what is done instead. */
export function withoutCache(path: string, cause: unknown, instead: string): void {
  process.stderr.write(`mars: the cache ${path} cannot be used (${reasonOf(cause)}); ${instead}\n`);
}
