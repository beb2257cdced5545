// The files of `data/` beside page or element: fetched when they are needed, and kept.

import { InputError } from '../../core/errors.ts';
import { type ImageSet, toImageSet } from '../../datasets/image-set.ts';
import { readIdxImages, readIdxLabels } from '../../datasets/idx.ts';
import type { FeatureMap } from '../../core/feature-map.ts';

/** Gives the files of one folder. */
export class BundledData {
  readonly #folder: string;
  readonly #files = new Map<string, Promise<Uint8Array>>();

  /** @param folder its address, with a slash at the end */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The bytes of a file; of one that ends with `.gz`, unpacked.
   * @throws {InputError} when it cannot be fetched
   */
  file(name: string): Promise<Uint8Array> {
    const found = this.#files.get(name);
    if (found) return found;
    const fetched = fetchBytes(new URL(name, this.#folder).href);
    this.#files.set(name, fetched);
    // A later run may have better luck with the network.
    fetched.catch(() => this.#files.delete(name));
    return fetched;
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

async function fetchBytes(url: string): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw notThere(url, 'the network or the server does not answer', cause);
  }
  if (!response.ok || !response.body) throw notThere(url, `status ${response.status}`);
  // A server may have sent .gz files as an encoding, which the browser has undone then.
  const bytes = new Uint8Array(await response.arrayBuffer());
  return url.endsWith('.gz') ? unpack(bytes) : bytes;
}

/** `bytes` unpacked where they are packed with gzip, else as they are. */
export async function unpack(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const notThere = (url: string, what: string, cause?: unknown): InputError =>
  new InputError({
    what: `cannot be fetched: ${what}`,
    where: url,
    todo: 'serve the whole folder that was built, data/ included',
    cause,
  });
