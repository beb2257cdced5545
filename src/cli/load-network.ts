// Networks by name (trained ones from models/, others built from code) or by file, which can be a stored image.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CimError } from '../core/errors.ts';
import type { StoredNetwork } from '../mapping/stored-header.ts';
import { isStoredImage, readStoredImage } from '../mapping/stored-image.ts';
import { builtinNetworks } from '../network/builtin/builtin-networks.ts';
import { readNetworkFile } from '../network/io/network-file.ts';
import type { Network } from '../network/network.ts';
import { readBytes } from './files.ts';
import { packageRoot } from './package-root.ts';

const extension = '.safetensors';
/** A training under way, which is a network file too. */
const checkpointExtension = '.checkpoint.safetensors';
const imageExtension = '.bin';

/** Where the trained networks lie: in a clone, and packed, once for all that needs them, in the package. */
const modelFolders = [
  { folder: join(packageRoot, 'models'), ending: extension },
  { folder: join(packageRoot, 'dist', 'element', 'data'), ending: `${extension}.gz` },
];

/** Name -> path of the trained networks that come with this package. */
function modelFiles(): ReadonlyMap<string, string> {
  for (const { folder, ending } of modelFolders) {
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const models = names.filter(
      (file) => file.endsWith(ending) && !file.endsWith(checkpointExtension),
    );
    if (models.length > 0)
      return new Map(
        models.toSorted().map((file) => [file.slice(0, -ending.length), join(folder, file)]),
      );
  }
  return new Map();
}

/** Names of the trained networks that come with this package. */
export const modelNames = (): readonly string[] => [...modelFiles().keys()];

/** Names of the networks that are built from code with seeded weights, and for which models/ has no trained ones. */
export const untrainedNames = (): readonly string[] => {
  const trained = modelNames();
  return Object.keys(builtinNetworks).filter((name) => !trained.includes(name));
};

/** A network in real arithmetic (trained, or at least trainable), or a compressed one. */
export type LoadedNetwork =
  | { readonly kind: 'trained'; readonly network: Network }
  | { readonly kind: 'stored'; readonly stored: StoredNetwork };

/**
 * Loads a network: a file of models/ or any other, or else one that is built from code. The origin of a network that
 * was never trained has no test accuracy. A file that begins like a stored image, or ends with `.bin`, is one.
 * @param seed of the weights of a network that is built from code
 * @throws {CimError} (usage) when there is none of that name
 * @throws {CimError} (input) when its file is damaged
 */
export function loadNetworkOrImage(nameOrFile: string, seed = 1): LoadedNetwork {
  const names = modelNames();
  const path = modelFiles().get(nameOrFile) ?? nameOrFile;
  const isImageName = nameOrFile.endsWith(imageExtension);
  if (nameOrFile.endsWith(extension) || isImageName || existsSync(path)) {
    const bytes = unpacked(readBytes(path), path);
    return isImageName || isStoredImage(bytes)
      ? { kind: 'stored', stored: readStoredImage(bytes, path) }
      : { kind: 'trained', network: readNetworkFile(bytes, path) };
  }
  const build = untrainedNames().includes(nameOrFile) ? builtinNetworks[nameOrFile] : undefined;
  if (build) return { kind: 'trained', network: build({ seed }) };
  throw new CimError('usage', {
    what: `no network is called "${nameOrFile}", and no file either`,
    where: '--network',
    todo: `known: ${names.join(', ')}, and untrained ${untrainedNames().join(', ')}; or give a ${extension} file or a stored image`,
  });
}

/** `bytes`, unpacked where they are packed with gzip. */
function unpacked(bytes: Uint8Array, path: string): Uint8Array {
  if (!path.endsWith('.gz')) return bytes;
  try {
    // A plain array: Buffer's own slice() would share memory where Uint8Array's copies.
    const { buffer, byteOffset, byteLength } = gunzipSync(bytes);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (cause) {
    throw new CimError('input', {
      what: 'is not packed with gzip, or is damaged',
      where: path,
      cause,
    });
  }
}

/**
 * {@link loadNetworkOrImage} where an image will not do.
 * @throws {CimError} (usage) when there is no network of that name, or it is a stored image
 * @throws {CimError} (input) when its file is damaged
 */
export function loadNetwork(nameOrFile: string, seed = 1): Network {
  const loaded = loadNetworkOrImage(nameOrFile, seed);
  if (loaded.kind === 'trained') return loaded.network;
  throw new CimError('usage', {
    what: `${nameOrFile} is a stored image, which is compressed already`,
    where: '--network',
    todo: `give a network by name or as a ${extension} file`,
  });
}
