// Folders of pictures on this machine.

import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { CimError } from '../core/errors.ts';
import type { PictureFolder } from '../datasets/pictures/picture-list.ts';
import { readBytes, reasonOf } from './files.ts';

/** Whether there is a folder at a path. */
export const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * A folder with all files in it; folders that links lead to are part of it, each once.
 * @throws {CimError} (input) when it cannot be read
 */
export function openPictureFolder(path: string): PictureFolder {
  const paths: string[] = [];
  const seen = new Set<string>();
  const walk = (inside: string): void => {
    const folder = join(path, inside);
    const real = realpathSync(folder);
    if (seen.has(real)) return;
    seen.add(real);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const name = inside === '' ? entry.name : `${inside}/${entry.name}`;
      if (entry.isDirectory() || (entry.isSymbolicLink() && isFolder(join(path, name)))) walk(name);
      else paths.push(name);
    }
  };
  try {
    walk('');
  } catch (cause) {
    throw new CimError('input', {
      what: `cannot be read (${reasonOf(cause)})`,
      where: path,
      cause,
    });
  }
  return {
    name: basename(resolve(path)),
    where: path,
    paths,
    read: (name) => new Promise((settle) => settle(readBytes(join(path, name)))),
  };
}
