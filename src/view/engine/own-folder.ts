// A person's folder of pictures, as data sets are read from folders.

import { CimError } from '../../core/errors.ts';
import type { PictureFolder } from '../../datasets/pictures/picture-list.ts';
import { fetchBytes } from './fetch-bytes.ts';
import type { OwnFolder } from './user-files.ts';

/** What settings call a folder. */
export const folderName = ({ name }: Pick<OwnFolder, 'name'>): string => `${name}/`;

/** The folder; a file is read when it is asked for. */
export function openOwnFolder({ name, files }: OwnFolder): PictureFolder {
  const sources = new Map(files.map(({ path, source }) => [path, source]));
  return {
    name,
    where: name,
    paths: [...sources.keys()],
    read: async (path) => {
      const source = sources.get(path) ?? '';
      if (typeof source === 'string') return await fetchBytes([source], 'check labels.csv');
      try {
        return new Uint8Array(await source.arrayBuffer());
      } catch (cause) {
        throw new CimError('input', {
          what: 'cannot be read',
          where: `${name}/${path}`,
          todo: 'it may have been changed or taken away: give the folder again',
          cause,
        });
      }
    },
  };
}
