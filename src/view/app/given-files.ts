// What a person chose or dropped: files, and folders of pictures, whose files are not read before they are needed.

import { isPictureFile } from '../../datasets/pictures/picture-names.ts';
import type { OwnFolder } from '../engine/user-files.ts';

/** Files, and folders that hold pictures. */
export interface GivenFiles {
  readonly files: readonly File[];
  /** Files of folders without pictures, such as the results of a sweep: what nobody knows of them is passed over. */
  readonly inside: readonly File[];
  readonly folders: readonly OwnFolder[];
}

/** A file and its place in the folder that was given. */
interface PlacedFile {
  readonly path: string;
  readonly source: File;
}

/** What was dropped. To be called in the event itself: behind it the list is empty. */
export async function droppedFiles({ items, files }: DataTransfer): Promise<GivenFiles> {
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const folders = entries.filter(isFolder);
  const names = new Set(folders.map(({ name }) => name));
  // Folders are files of no content among the files.
  const single = [...files].filter(({ name }) => !names.has(name));
  const found = await Promise.all(
    folders.map(async (folder) => ({ name: folder.name, files: await filesInside(folder, '') })),
  );
  return sorted(single, found);
}

/** What was chosen with a dialog for folders. */
export function chosenFolder(files: readonly File[]): GivenFiles {
  const placed = files.map((source) => {
    const [name = '', ...path] = source.webkitRelativePath.split('/');
    return { name, path: path.join('/'), source };
  });
  const names = [...new Set(placed.map(({ name }) => name))];
  return sorted(
    [],
    names.map((name) => ({ name, files: placed.filter((file) => file.name === name) })),
  );
}

function sorted(
  single: readonly File[],
  found: readonly { readonly name: string; readonly files: readonly PlacedFile[] }[],
): GivenFiles {
  const holdsPictures = ({ files }: (typeof found)[number]): boolean =>
    files.some(({ path }) => isPictureFile(path));
  const folders = found.filter(holdsPictures).map(({ name, files }): OwnFolder => ({
    name,
    files: files.map(({ path, source }) => ({ path, source })),
  }));
  const others = found.filter((one) => !holdsPictures(one));
  return {
    files: single,
    inside: others.flatMap(({ files }) => files.map(({ source }) => source)),
    folders,
  };
}

async function filesInside(
  folder: FileSystemDirectoryEntry,
  before: string,
): Promise<readonly PlacedFile[]> {
  const reader = folder.createReader();
  const files: PlacedFile[] = [];
  for (;;) {
    // A hundred at a time, and none at the end.
    const entries = await new Promise<readonly FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (entries.length === 0) return files;
    for (const entry of entries) {
      const path = `${before}${entry.name}`;
      if (isFolder(entry))
        for (const file of await filesInside(entry, `${path}/`)) files.push(file);
      else if (isFile(entry)) files.push({ path, source: await fileOf(entry) });
    }
  }
}

/** Chrome does not know these classes by their standard names, only what they have. */
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
