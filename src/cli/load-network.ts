// Networks by name (trained ones from models/, others built from code) or by file: trained ones, or stored images of
// compressed ones.

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../core/errors.ts';
import { builtinNetworks } from '../network/builtin/builtin-networks.ts';
import type { StoredNetwork } from '../mapping/stored-header.ts';
import { isStoredImage, readStoredImage } from '../mapping/stored-image.ts';
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

/** Names of the networks that are built from code with seeded weights, and for which models/ has no trained ones. */
export const untrainedNames = (): readonly string[] => {
  const trained = modelNames();
  return Object.keys(builtinNetworks).filter((name) => !trained.includes(name));
};

/**
 * Loads a network: a file of models/ or any other, or else one that is built from code. The origin of a network that
 * was never trained has no test accuracy.
 * @param seed of the weights of a network that is built from code
 * @throws {UsageError} when there is none of that name
 * @throws {InputError} when its file is damaged
 */
export function loadNetwork(nameOrFile: string, seed = 1): Network {
  const names = modelNames();
  const path = names.includes(nameOrFile)
    ? join(packageRoot, 'models', nameOrFile + extension)
    : nameOrFile;
  const isFile = nameOrFile.endsWith(extension) || existsSync(path);
  if (isFile) return readNetworkFile(readBytes(path), path);
  const build = untrainedNames().includes(nameOrFile) ? builtinNetworks[nameOrFile] : undefined;
  if (build) return build({ seed });
  throw new UsageError({
    what: `no network is called "${nameOrFile}", and no file either`,
    where: '--network',
    todo: `known: ${names.join(', ')}, and untrained ${untrainedNames().join(', ')}; or give a ${extension} file or a stored image`,
  });
}

/** A trained network, or a compressed one. */
export type LoadedNetwork =
  | { readonly kind: 'trained'; readonly network: Network }
  | { readonly kind: 'stored'; readonly stored: StoredNetwork };

/**
 * Loads a network, or a stored image: a file that begins like one, or whose name ends with `.bin`.
 * @param seed of the weights of a network that is built from code
 * @throws {UsageError} when there is none of that name
 * @throws {InputError} when its file is damaged
 */
export function loadNetworkOrImage(nameOrFile: string, seed: number): LoadedNetwork {
  if (!nameOrFile.endsWith('.bin') && !isImageFile(nameOrFile))
    return { kind: 'trained', network: loadNetwork(nameOrFile, seed) };
  return { kind: 'stored', stored: readStoredImage(readBytes(nameOrFile), nameOrFile) };
}

const isImageFile = (path: string): boolean =>
  existsSync(path) && statSync(path).isFile() && isStoredImage(readBytes(path));
