// Files of a person, as settings may name them.

import type { NamedBytes } from '../../settings/sources.ts';

export type { NamedBytes } from '../../settings/sources.ts';

/** A folder of pictures, whose files are read when they are needed; can be cloned. */
export interface OwnFolder {
  readonly name: string;
  readonly files: readonly {
    /** Inside the folder, with slashes. */
    readonly path: string;
    /** The file, or its address. */
    readonly source: Blob | string;
  }[];
}

/** Files that a person gave, beside the settings. */
export interface UserFiles {
  /** A network file or a stored image. Counts only while `settings.network` is its name. */
  readonly network?: NamedBytes | undefined;
  /** A chip file (JSON). Counts only while `settings.chip` is its name. */
  readonly chip?: NamedBytes | undefined;
  /**
   * Pictures, or the files of a data set: CIFAR's test_batch.bin or test.bin, or MNIST's images and labels in IDX. Count
   * only while `settings.ownImages` is there.
   */
  readonly images?: readonly NamedBytes[] | undefined;
  /** Pictures instead of `images`. Counts only while `settings.ownImages` is its name and a slash. */
  readonly folder?: OwnFolder | undefined;
}
