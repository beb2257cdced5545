// The network files of this machine: trained networks that come with this package, by name, and any others by path.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CimError } from '../core/errors.ts';
import type { NamedBytes } from '../settings/sources.ts';
import { readBytes } from './files.ts';
import { packageRoot } from './package-root.ts';

const extension = '.safetensors';
/** A training under way, which is a network file too. */
const checkpointExtension = '.checkpoint.safetensors';
const imageExtension = '.bin';
const onnxExtensions = ['.onnx', '.onnx.gz'];

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

/**
 * The file of a trained network that comes with this package, or at a path; undefined: it is neither. What is called
 * like a network file or a stored image is a path.
 * @throws {CimError} (input) when it cannot be read
 */
export function networkFile(nameOrPath: string): NamedBytes | undefined {
  const path = modelFiles().get(nameOrPath) ?? nameOrPath;
  const isPath = [extension, imageExtension, ...onnxExtensions].some((ending) =>
    nameOrPath.endsWith(ending),
  );
  if (!isPath && !existsSync(path)) return undefined;
  return { name: path, bytes: unpacked(readBytes(path), path) };
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
