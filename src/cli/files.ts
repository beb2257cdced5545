// Files as the command line reads them, with clear errors.

import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { CimError, hasKind } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';

/** Larger files are refused before they are read: no network or data set of ours comes near. */
const largestFile = 2 ** 31 - 1;

/**
 * Reads a whole file.
 * @throws {CimError} (input) when it does not exist, is a folder, cannot be read or is larger than 2 GB
 */
export function readBytes(path: string, todo?: string): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > largestFile)
      throw new CimError('input', {
        what: `${size} bytes are too many to read at once`,
        where: path,
      });
    // A plain array: Buffer's own slice() would share memory where Uint8Array's copies.
    const { buffer, byteOffset, byteLength } = readFileSync(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (cause) {
    if (hasKind(cause, 'input')) throw cause;
    throw new CimError('input', {
      what: `cannot be read (${reasonOf(cause)})`,
      where: path,
      todo,
      cause,
    });
  }
}

/** {@link readBytes} as UTF-8 text. */
export const readText = (path: string): string => new TextDecoder().decode(readBytes(path));

/**
 * Reads a JSON file.
 * @throws {CimError} (input) when it cannot be read or is not JSON
 */
export const readJson = (path: string): unknown =>
  parseJson(readBytes(path), (what, cause) => new CimError('input', { what, where: path, cause }));

/**
 * Reads the first `count` bytes of a file, all of a shorter one.
 * @throws {CimError} (input) when it does not exist or cannot be read
 */
export function readStart(path: string, count: number, todo?: string): Uint8Array {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = new Uint8Array(Math.min(count, fstatSync(file).size));
      let done = 0;
      for (let read = -1; read !== 0; done += read)
        read = readSync(file, bytes, done, bytes.length - done, done);
      return bytes.subarray(0, done);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new CimError('input', {
      what: `cannot be read (${reasonOf(cause)})`,
      where: path,
      todo,
      cause,
    });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EISDIR: 'it is a folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  ENOSPC: 'no space left',
  EDQUOT: 'no space left',
  EFBIG: 'it is larger than files may be here',
  EROFS: 'it is on a file system that is read-only',
  ENOTDIR: 'a file is where a folder should be',
  EEXIST: 'a file is where a folder should be',
};

/** Why a file could not be read or written, in a few words. */
export function reasonOf(cause: unknown): string {
  const reason = reasons[(cause as { readonly code?: string } | undefined)?.code ?? ''];
  if (reason !== undefined) return reason;
  return (cause instanceof Error ? cause.message.split('\n')[0] : undefined) ?? 'unknown reason';
}
