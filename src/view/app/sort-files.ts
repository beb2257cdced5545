// What a dropped file is: a network, a chip, images, or a report of another run.

import { CimError } from '../../core/errors.ts';
import { isStoredImage } from '../../mapping/stored-image.ts';
import { isPicture } from '../engine/pictures.ts';
import type { NamedBytes } from '../engine/user-files.ts';

/** What a file can be. */
export type FileKind = 'network' | 'chip' | 'images' | 'report' | 'metrics';

/**
 * Tells by name and first bytes.
 * @throws {CimError} (input) when it is none of them
 */
export function kindOfFile({ name, bytes }: NamedBytes): FileKind {
  if (/\.(safetensors|onnx)$/.test(name) || isStoredImage(bytes)) return 'network';
  if (name.endsWith('.jsonl')) return 'metrics';
  if (name.endsWith('.json')) return isReport(bytes) ? 'report' : 'chip';
  if (isPicture({ name })) return 'images';
  if (/ubyte$|_batch[^/]*\.bin$|^test\.bin$/.test(name)) return 'images';
  throw new CimError('input', {
    what: 'is no file that this page knows',
    where: name,
    todo: 'give a network (.safetensors, .onnx, or a stored image), a chip or report (.json), metrics.jsonl of a training, CIFAR’s test_batch.bin or test.bin, MNIST’s two -ubyte files, or pictures (.png, .jpg, …)',
  });
}

/** A report says what it costs; a chip does not. */
function isReport(bytes: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null && 'topsPerWatt' in value;
  } catch {
    return false; // A damaged file is read as a chip, whose reader says what is wrong with it.
  }
}
