// A person's own pictures as test images, each with its class in its name, in the order in which they were given.

import type { ImageSet } from '../../datasets/image-set.ts';
import { isPictureFile } from '../../datasets/pictures/picture-names.ts';
import type * as PictureReader from '../../datasets/pictures/read-pictures.ts';
import type { NamedBytes } from './user-files.ts';

/** Whether a file is a picture, by its name. */
export const isPicture = ({ name }: Pick<NamedBytes, 'name'>): boolean => isPictureFile(name);

/**
 * The pictures as 8-bit images of the network's size, with the numbers of the command line.
 * @param resize pixels that their shorter side is scaled to; undefined: one that has the network's size keeps its pixels, others are
 * scaled to it
 * @throws {CimError} (input) when a file is no picture, or its name does not begin with a class
 */
export async function readPictures(
  files: readonly NamedBytes[],
  target: PictureReader.PictureTarget,
  resize: number | undefined,
): Promise<ImageSet> {
  const { labelledSet, nameAt, readAll } = await loadReader();
  const { labelOf, namesOf } = await import('../../datasets/pictures/class-names.ts');
  const { trainedOn, classes, input } = target;
  const known = { count: classes, names: namesOf(trainedOn) };
  const labels = files.map(({ name }) => labelOf(name, known));
  const bytes = new Map(files.map((file) => [file.name, file.bytes]));
  const folder = {
    where: 'images',
    read: (path: string) => Promise.resolve(bytes.get(path) ?? new Uint8Array()),
  };
  const pictures = files.map(({ name: path }, i) => ({ path, label: labels[i] }));
  const side = resize ?? Math.min(input.height, input.width);
  const images = await readAll(folder, pictures, input, { resize: side });
  const name = nameAt(`${trainedOn} pictures`, { resize });
  return labelledSet({ name, images, labels }, classes, 'pictures');
}

/** What reads pictures, with the decoders: loaded when there are any. */
export const loadReader = async (): Promise<typeof PictureReader> =>
  await import('../../datasets/pictures/read-pictures.ts');
