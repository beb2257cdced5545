// A person's own files in the page: each is read before it is kept, counts only while it is chosen, and can be taken away.

import { type ChipSpec, chips, readChipFile } from '../../chips/index.ts';
import { CimError } from '../../core/errors.ts';
import { countOf } from '../../core/words.ts';
import { readCifar } from '../../datasets/cifar.ts';
import { isStoredImage } from '../../mapping/stored-image.ts';
import type { NamedBytes, OwnFolder, UserFiles } from '../engine/user-files.ts';
import { networkNames, readImageFiles } from '../engine/page-sources.ts';
import { imagesName } from '../engine/own-file-names.ts';
import { folderName } from '../engine/own-folder.ts';
import { isPicture } from '../engine/pictures.ts';
import { readNetworkOrImage } from '../../settings/load-job.ts';
import type { RunSettings } from '../../settings/run-settings.ts';

/** What is chosen in a control: its name, and the value that stands for the file. */
export interface Choice {
  readonly control: 'network' | 'chip' | 'own-images';
  readonly value: string;
}

/** A file, or images that belong together, as the form shows them. */
export interface OwnFile extends Choice {
  readonly label: string;
  /** Takes it away. */
  readonly remove: () => void;
}

/** How many pictures of a set can be taken away one by one. */
const maxSingle = 8;

/** The files that were given and not taken away. */
export class OwnFiles {
  readonly #networks = new Map<string, NamedBytes>();
  readonly #chips = new Map<string, { readonly file: NamedBytes; readonly spec: ChipSpec }>();
  #images: readonly NamedBytes[] = [];
  /** Instead of images. */
  #folder: OwnFolder | undefined;

  /**
   * Keeps files that {@link checkFiles} has read; images in place of those before.
   * @returns what is to be chosen now
   */
  add({ network, chip, images = [], folder }: UserFiles): readonly Choice[] {
    const chosen: Choice[] = [];
    if (network) {
      const file = renamed(network, networkNames);
      this.#networks.set(file.name, file);
      chosen.push({ control: 'network', value: file.name });
    }
    if (chip) {
      const file = renamed(chip, Object.keys(chips));
      this.#chips.set(file.name, { file, spec: chipOf(file) });
      chosen.push({ control: 'chip', value: file.name });
    }
    if (images.length > 0) {
      this.#images = images;
      this.#folder = undefined;
      chosen.push({ control: 'own-images', value: imagesName(images) });
    }
    if (folder) {
      this.#images = [];
      this.#folder = folder;
      chosen.push({ control: 'own-images', value: folderName(folder) });
    }
    return chosen;
  }

  /** The chip of a file; undefined: there is no such file. */
  chip(name: string): ChipSpec | undefined {
    return this.#chips.get(name)?.spec;
  }

  /** Whether the network of a file is a stored image; undefined: there is no such file. */
  isStored(name: string): boolean | undefined {
    const file = this.#networks.get(name);
    return file && isStoredImage(file.bytes);
  }

  /** The files that these settings name, and no other. */
  of({ network, chip, ownImages }: RunSettings): UserFiles {
    return {
      network: this.#networks.get(network),
      chip: this.#chips.get(chip)?.file,
      images: ownImages === imagesName(this.#images) ? this.#images : undefined,
      folder: this.#folder && ownImages === folderName(this.#folder) ? this.#folder : undefined,
    };
  }

  /** What there is, in the order in which it was given. */
  list(): readonly OwnFile[] {
    const single = (control: 'network' | 'chip', all: Map<string, unknown>): readonly OwnFile[] =>
      [...all.keys()].map((name) => {
        const remove = (): void => void all.delete(name);
        return { control, value: name, label: name, remove };
      });
    return [...single('network', this.#networks), ...single('chip', this.#chips), ...this.#sets()];
  }

  #sets(): readonly OwnFile[] {
    const [images, folder] = [this.#images, this.#folder];
    if (folder) {
      const remove = (): void => {
        this.#folder = undefined;
      };
      const label = `${folderName(folder)} (${countOf(folder.files.length, 'file')})`;
      return [{ control: 'own-images', value: folderName(folder), label, remove }];
    }
    if (images.length === 0) return [];
    const value = imagesName(images);
    const item = (label: string, without: readonly NamedBytes[]): OwnFile => ({
      control: 'own-images',
      value,
      label,
      remove: () => {
        this.#images = without;
      },
    });
    // The files of a data set are of no use alone.
    if (!images.every(isPicture) || images.length > maxSingle) return [item(value, [])];
    return images.map((file) =>
      item(
        file.name,
        images.filter((other) => other !== file),
      ),
    );
  }
}

/** A file under a name of its own: as a path where it is called like what comes with the page. */
const renamed = (file: NamedBytes, taken: readonly string[]): NamedBytes =>
  taken.includes(file.name) ? { ...file, name: `./${file.name}` } : file;

const chipOf = ({ bytes, name }: NamedBytes): ChipSpec =>
  readChipFile(new TextDecoder().decode(bytes), name);

/**
 * Reads files as a run would, so that a bad one is refused before it is kept.
 * @throws {CimError} naming the file and what is wrong with it
 */
export async function checkFiles({ network, chip, images = [] }: UserFiles): Promise<void> {
  if (network) await readNetworkOrImage(network);
  if (chip) chipOf(chip);
  const pictures = images.filter(isPicture);
  if (pictures.length === 0) checkDataSet(images);
  else if (pictures.length < images.length)
    throw new CimError('input', {
      what: 'pictures and a data set were given together',
      where: images.map(({ name }) => name),
      todo: 'give one of them',
    });
  if (pictures.length > 0) await checkPictures(pictures);
}

/** By their names and first bytes: what else is wrong with them a run says, in its worker. */
async function checkPictures(pictures: readonly NamedBytes[]): Promise<void> {
  const { labelOf, namesOf } = await import('../../datasets/pictures/class-names.ts');
  const { pictureHeader } = await import('../../datasets/pictures/picture-header.ts');
  for (const { name, bytes } of pictures) {
    // Which classes there are depends on the network.
    labelOf(name, { count: mostClasses, names: namesOf('cifar10') });
    if (!/\.(npy|pb)$/i.test(name)) pictureHeader(bytes, name);
  }
}

/** Of the networks that pictures may be for. */
const mostClasses = 1000;

function checkDataSet(files: readonly NamedBytes[]): void {
  const [first] = files;
  if (!first) return;
  if (!first.name.endsWith('.bin')) {
    readImageFiles('mnist', files);
    return;
  }
  const [, second] = files;
  if (second)
    throw new CimError('input', {
      what: 'two data sets were given together',
      where: [first.name, second.name],
      todo: 'give one of them',
    });
  readCifar(first.bytes, first.name === 'test.bin' ? 'cifar100' : 'cifar10', first.name);
}
