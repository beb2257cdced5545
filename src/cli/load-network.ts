// Networks by name (from models/) or by file.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../core/errors.ts';
import { readNetworkFile } from '../network/network-file.ts';
import type { Network } from '../network/network.ts';
import { readBytes } from './files.ts';
import { packageRoot } from './package-root.ts';

const extension = '.safetensors';

/** Names of the trained networks that come with this package. */
export function modelNames(): readonly string[] {
  const folder = join(packageRoot, 'models');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(extension))
    .map((file) => file.slice(0, -extension.length))
    .toSorted();
}

/**
 * Path of the file of `nameOrFile`: a name of models/, or a path.
 * @throws {UsageError} when it is neither
 */
export function networkPath(nameOrFile: string): string {
  if (nameOrFile.endsWith(extension) || existsSync(nameOrFile)) return nameOrFile;
  const names = modelNames();
  if (names.includes(nameOrFile)) return join(packageRoot, 'models', nameOrFile + extension);
  throw new UsageError({
    what: `no network is called "${nameOrFile}", and no file either`,
    where: '--network',
    todo: `known: ${names.join(', ')}; or give a ${extension} file`,
  });
}

/**
 * Loads a network.
 * @throws {UsageError} when there is none of that name
 * @throws {InputError} when its file is damaged
 */
export function loadNetwork(nameOrFile: string): Network {
  const path = networkPath(nameOrFile);
  return readNetworkFile(readBytes(path), path);
}
