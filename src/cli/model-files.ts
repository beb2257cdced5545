// The network files of this machine: those that come with this package, by name, and any others by path.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CimError } from '../core/errors.ts';
import { isStoredName, networksAmong } from '../settings/model-names.ts';
import type { NamedBytes } from '../settings/sources.ts';
import { readBytes } from './files.ts';
import { packageRoot } from './package-root.ts';

/** How files of networks end. */
const endings = ['.safetensors', '.bin', '.onnx', '.onnx.gz'];

/** Where the trained networks lie: in a clone, and packed, once for all that needs them, in the package. */
const modelFolders = [
  { folder: join(packageRoot, 'models'), packed: '' },
  { folder: join(packageRoot, 'dist', 'element', 'data'), packed: '.gz' },
];

/** Name -> path of the trained networks that come with this package. */
function modelFiles(): ReadonlyMap<string, string> {
  for (const { folder, packed } of modelFolders) {
    const files = (existsSync(folder) ? readdirSync(folder) : []).flatMap((file) =>
      file.endsWith(packed) ? [file.slice(0, file.length - packed.length)] : [],
    );
    const found = networksAmong(files);
    if (found.size > 0)
      return new Map([...found].map(([name, file]) => [name, join(folder, `${file}${packed}`)]));
  }
  return new Map();
}

/** Names of the trained networks that come with this package, stored images among them. */
export const modelNames = (): readonly string[] => [...modelFiles().keys()];

/** Those of {@link modelNames} that are stored images. */
export const storedNames = (): readonly string[] =>
  [...modelFiles()].flatMap(([name, path]) =>
    isStoredName(path.replace(/\.gz$/, '')) ? [name] : [],
  );

/**
 * The file of a trained network that comes with this package, or at a path; undefined: it is neither. What is called
 * like a network file or a stored image is a path.
 * @throws {CimError} (input) when it cannot be read
 */
export function networkFile(nameOrPath: string): NamedBytes | undefined {
  const path = modelFiles().get(nameOrPath) ?? nameOrPath;
  const isPath = endings.some((ending) => nameOrPath.endsWith(ending));
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
