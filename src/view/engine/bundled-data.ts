// The files of `data/` beside page or element: fetched when they are needed, and kept.

import { type ImageSet, toImageSet } from '../../datasets/image-set.ts';
import { readIdxImages, readIdxLabels } from '../../datasets/idx.ts';
import type { FeatureMap } from '../../core/feature-map.ts';
import { fetchBytes } from './fetch-bytes.ts';

/** Where the files are; can be cloned. */
export interface DataPlace {
  /** Address of a folder that has them all, with a slash at its end; undefined: `files` has them all. */
  readonly folder: string | undefined;
  /** Name -> addresses to try, one after the other. */
  readonly files: Readonly<Record<string, readonly [string, ...string[]]>>;
  /** What a person can do when a file is not there. */
  readonly todo: string;
}

/** What to do for a page that was built with its folder. */
const wholeFolder = 'serve the whole folder that was built, data/ included';

/** Gives the files. */
export class BundledData {
  readonly #place: DataPlace;
  readonly #files = new Map<string, Promise<Uint8Array>>();

  /** @param place where they are; as text, the address of a folder, with a slash at the end */
  constructor(place: string | DataPlace) {
    this.#place =
      typeof place === 'string' ? { folder: place, files: {}, todo: wholeFolder } : place;
  }

  /**
   * The bytes of a file, unpacked where it is packed.
   * @throws {CimError} (input) when it cannot be fetched
   */
  file(name: string): Promise<Uint8Array> {
    const found = this.#files.get(name);
    if (found) return found;
    const fetched = this.#fetch(name);
    this.#files.set(name, fetched);
    // A later run may have better luck with the network.
    fetched.catch(() => this.#files.delete(name));
    return fetched;
  }

  async #fetch(name: string): Promise<Uint8Array> {
    const { folder, files, todo } = this.#place;
    const urls = files[name] ?? [new URL(name, folder).href];
    // A server may have sent .gz files as an encoding, which the browser has undone then.
    return await unpack(await fetchBytes(urls, todo));
  }

  /** MNIST's 10,000 test images. */
  async mnistTests(): Promise<ImageSet> {
    const [images, labels] = await Promise.all([
      this.file('t10k-images-idx3-ubyte.gz'),
      this.file('t10k-labels-idx1-ubyte.gz'),
    ]);
    const set = {
      name: 'mnist test',
      classes: 10,
      images: readIdxImages(images, 't10k-images-idx3-ubyte.gz'),
      labels: readIdxLabels(labels, 't10k-labels-idx1-ubyte.gz'),
    };
    return toImageSet(set, 't10k-labels-idx1-ubyte.gz');
  }

  /** The first 10,000 of MNIST's 60,000 training images. Only pages that train have them. */
  async mnistTraining(): Promise<ImageSet> {
    const name = 'mnist-train-10000.gz';
    const bytes = await this.file(name);
    // One IDX file after the other; the header of the images tells how long they are.
    const count = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(4);
    const end = 16 + count * 28 * 28;
    const set = {
      name: 'mnist train',
      classes: 10,
      images: readIdxImages(bytes.subarray(0, end), name),
      labels: readIdxLabels(bytes.subarray(end), name),
    };
    return toImageSet(set, name);
  }

  /** The MNIST training images on which activation clips are chosen. */
  async mnistCalibration(): Promise<FeatureMap> {
    const name = 'mnist-calibration.gz';
    return readIdxImages(await this.file(name), name);
  }
}

/** `bytes` unpacked where they are packed with gzip, else as they are. */
export async function unpack(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
