// Files as commands write them: whole, and those of one run together or not at all.

import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { CimError } from '../core/errors.ts';
import { reasonOf } from './files.ts';

/** A file of a set. */
export interface FileToWrite {
  readonly path: string;
  /** Null: the set has no such file, and one of an earlier set is removed. */
  readonly content: string | Uint8Array | null;
}

/** A file of a set, on its way. */
interface Pending extends FileToWrite {
  /** The file itself where the path is a link. */
  readonly target: string;
  /** What is written, until all are written. */
  readonly part: string;
  /** What was there, until all are in place. */
  readonly old: string;
}

/**
 * Writes files through temporary ones: either all are there, whole, or those from before. Makes their folders, and
 * removes what an earlier process that was killed left of them.
 * @param option that named the paths, for errors
 * @throws {CimError} (input) when one cannot be written
 */
export function writeTogether(files: readonly FileToWrite[], option = '--out'): void {
  checkTargets(
    files.map(({ path }) => path),
    option,
  );
  const pending = files.map(pend);
  const placed: Pending[] = [];
  let path = '';
  try {
    for (const file of pending) {
      path = file.path;
      prepare(file, pending.length > 1);
    }
    for (const file of pending) {
      path = file.path;
      if (file.content === null) rmSync(file.target, { force: true });
      else renameSync(file.part, file.target);
      placed.push(file);
    }
  } catch (cause) {
    placed.toReversed().forEach(putBack);
    throw cannotWrite(path, option, cause);
  } finally {
    for (const { part, old } of pending)
      for (const temporary of [part, old]) rmSync(temporary, { force: true });
  }
}

/** {@link writeTogether} for one file. */
export const writeWhole = (path: string, content: string | Uint8Array, option?: string): void =>
  writeTogether([{ path, content }], option);

/**
 * {@link writeWhole} in a folder that processes of several machines write at once: numbers of processes mean nothing there,
 * so temporary files have the name of their machine too, and nobody removes those of others.
 */
export function writeShared(path: string, content: string, option = '--out'): void {
  const part = `${path}.${hostname()}.${process.pid}.part`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(part, content);
    renameSync(part, path);
  } catch (cause) {
    throw cannotWrite(path, option, cause);
  } finally {
    rmSync(part, { force: true });
  }
}

/**
 * Checks, before long work, that these files can be written; creates nothing.
 * @param option that named the paths, for errors
 * @throws {CimError} (input) when one is a folder or a device, or the nearest folder above it that exists cannot be written
 */
export function checkTargets(paths: readonly string[], option = '--out'): void {
  for (const path of paths) {
    try {
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat?.isDirectory()) throw new Error('it is a folder');
      if (stat && !stat.isFile()) throw new Error('it is no ordinary file');
      checkFolder(dirname(targetOf(path)));
    } catch (cause) {
      throw cannotWrite(path, option, cause);
    }
  }
}

function checkFolder(folder: string): void {
  let existing = resolve(folder);
  while (!existsSync(existing)) existing = dirname(existing);
  if (!statSync(existing).isDirectory()) throw new Error('a file is where a folder should be');
  accessSync(existing, constants.W_OK);
}

const cannotWrite = (where: string, option: string, cause: unknown): CimError =>
  new CimError('input', {
    what: `cannot be written (${reasonOf(cause)})`,
    where,
    todo: isFull(cause)
      ? `free space there, or choose another ${option}`
      : `choose another ${option}`,
    cause,
  });

const isFull = (cause: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((cause as { readonly code?: string }).code ?? '');

/** A link stays, and what it leads to is written. */
const targetOf = (path: string): string => (existsSync(path) ? realpathSync(path) : path);

function pend(file: FileToWrite): Pending {
  const target = targetOf(file.path);
  const temporary = `${target}.${process.pid}`;
  return { ...file, target, part: `${temporary}.part`, old: `${temporary}.old` };
}

function prepare({ target, content, part, old }: Pending, isOneOfMany: boolean): void {
  if (content !== null) mkdirSync(dirname(target), { recursive: true });
  removeLeftovers(target);
  if (content !== null) writeFileSync(part, content);
  // A single file needs no way back: renaming it happens or does not.
  if (isOneOfMany && existsSync(target)) keepAside(target, old);
}

function keepAside(target: string, old: string): void {
  rmSync(old, { force: true });
  try {
    linkSync(target, old);
  } catch {
    copyFileSync(target, old); // the file system knows no links
  }
}

function putBack({ target, old }: Pending): void {
  if (existsSync(old)) renameSync(old, target);
  else rmSync(target, { force: true });
}

/** Removes the temporary files that processes left which no longer live. */
function removeLeftovers(target: string): void {
  const folder = dirname(target);
  if (!existsSync(folder)) return;
  const prefix = `${basename(target)}.`;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix)) continue;
    const pid = /^(\d+)\.(?:part|old)$/.exec(name.slice(prefix.length))?.[1];
    if (pid !== undefined && isDead(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

/** Whether there is no process of this number on this machine. */
export function isDead(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as { readonly code?: string }).code === 'ESRCH';
  }
}
