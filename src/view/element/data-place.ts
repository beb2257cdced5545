// Where the element finds the files of `data/`.

import type { DataPlace } from '../engine/bundled-data.ts';
import { packageFolderBeside } from '../engine/moved-modules.ts';

/** Where `data/` lies where the element is part of a page that is built here; vite.config.ts says it. */
const builtFolder: string = import.meta.env.DATA_FOLDER;

/**
 * Name of a file -> its address, one literal `new URL('./data/NAME', import.meta.url)` for each: so bundlers see that
 * these files belong to the module, and take them along. Empty in pages that are built here.
 */
const filesOfModule = (): Readonly<Record<string, URL>> => import.meta.env.DATA_FILES;

const todo =
  'serve a copy of the folder node_modules/mars-cim/dist/element/data, and set MarsChip.dataUrl to its address before the first run';

/**
 * The place of the data.
 * @param chosen address of a folder, relative to `base`; by default the files that came with the module
 */
export function dataPlace(chosen: string | URL | undefined, base: string): DataPlace {
  if (chosen !== undefined) {
    const { href } = new URL(chosen, base);
    return { folder: href.endsWith('/') ? href : `${href}/`, files: {}, todo };
  }
  const here = import.meta.url;
  const files = Object.entries(filesOfModule());
  if (files.length === 0) return { folder: new URL(builtFolder, here).href, files: {}, todo };
  const folder = packageFolderBeside(here);
  const inPackage = (name: string): string[] =>
    folder === undefined ? [] : [`${folder}data/${name}`];
  return {
    folder: undefined,
    files: Object.fromEntries(
      files.map(([name, { href }]) => [name, [href, ...inPackage(name)] as const]),
    ),
    todo,
  };
}
