// MNIST's IDX files: big-endian header, then bytes. http://yann.lecun.com/exdb/mnist/ ("FILE FORMATS")

import { countOf } from '../core/words.ts';
import { CimError } from '../core/errors.ts';
import { kindInstead } from '../core/file-kind.ts';
import type { FeatureMap } from '../core/feature-map.ts';

const unsignedBytes = 0x08;

/**
 * Reads an IDX file of greyscale images (`*-images-idx3-ubyte`).
 * @param where name of the file, for errors
 * @throws {CimError} (input) when it is not IDX, or holds more or less than its header says
 */
export function readIdxImages(bytes: Uint8Array, where: string): FeatureMap {
  const [images, height, width] = readHeader(bytes, 3, where) as [number, number, number];
  return { images, height, width, channels: 1, bits: 8, data: bytes.subarray(16) };
}

/**
 * Reads an IDX file of labels (`*-labels-idx1-ubyte`).
 * @throws {CimError} (input) as {@link readIdxImages}
 */
export function readIdxLabels(bytes: Uint8Array, where: string): Uint8Array {
  readHeader(bytes, 1, where);
  return bytes.subarray(8);
}

function readHeader(bytes: Uint8Array, dimensions: number, where: string): readonly number[] {
  const headerBytes = 4 + 4 * dimensions;
  const fail = (what: string): never => {
    throw new CimError('input', { what, where, todo: 'is it a whole, unpacked IDX file?' });
  };
  if (bytes.length < headerBytes)
    fail(`only ${countOf(bytes.length, 'byte')}, too short for its header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  if (magic !== unsignedBytes * 256 + dimensions)
    fail(
      `starts with 0x${magic.toString(16).padStart(8, '0')}, not with the mark of unsigned bytes in ${countOf(dimensions, 'dimension')}${kindInstead(bytes)}`,
    );
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const claimed = sizes.reduce((product, size) => product * size, 1);
  if (claimed !== bytes.length - headerBytes)
    fail(
      `its header claims ${sizes.join(' x ')} = ${claimed} bytes, the file has ${bytes.length - headerBytes}`,
    );
  if (claimed === 0) fail(`holds nothing (${sizes.join(' x ')})`);
  return sizes;
}
