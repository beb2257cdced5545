// What is said of folders of pictures.

import type { DatasetPart } from '../dataset-names.ts';
import type { Classes } from './class-names.ts';

/** A folder, wherever it lies. */
export interface PictureFolder {
  /** What reports call it: its own name. */
  readonly name: string;
  /** What errors call it. */
  readonly where: string;
  /** All files in it, folders between slashes. */
  readonly paths: readonly string[];
  /**
   * The bytes of a file.
   * @throws {CimError} (input) when it cannot be read
   */
  read(path: string): Promise<Uint8Array>;
}

/** A picture, and its class where that is known. */
export interface ListedPicture {
  readonly path: string;
  readonly label: number | undefined;
}

/** The pictures of a part of a data set, in their order. */
export interface PictureList {
  /** Where they lie. */
  readonly folder: PictureFolder;
  readonly pictures: readonly ListedPicture[];
  /** Whether the folder has a part of its own for training images. */
  readonly isSplit: boolean;
}

/** What lists are made for. */
export interface ListTask {
  readonly part: DatasetPart;
  readonly classes: Classes;
  /** Whether each picture must have a class; `if named`: unless no file of a folder without folders is named by one. */
  readonly isLabelled: boolean | 'if named';
}
