// What a dropped file is: a network, a chip, images, a report of another run, or part of an experiment.

import { CimError } from '../../core/errors.ts';
import { isStoredImage } from '../../mapping/stored-image.ts';
import { isPicture } from '../engine/pictures.ts';
import type { NamedBytes } from '../engine/user-files.ts';

/** What a file can be. */
export type FileKind = 'network' | 'chip' | 'images' | 'report' | 'metrics' | 'experiment';

/**
 * Tells by name and first bytes.
 * @throws {CimError} (input) when it is none of them
 */
export function kindOfFile(file: NamedBytes): FileKind {
  const kind = knownKind(file);
  if (kind) return kind;
  throw new CimError('input', {
    what: 'this type of file is not supported',
    where: file.name,
    todo: 'drop a network (.safetensors, .onnx, .onnx.gz, or a stored image), a chip, report or plan (.json), results.ndjson or results.csv of a sweep, metrics.jsonl of a training, CIFAR’s test_batch.bin or test.bin, MNIST’s two -ubyte files, or pictures (.png, .jpg, .webp)',
  });
}

/** Whether it is any of them, by its name and its first bytes. */
export const isKnownFile = (file: NamedBytes): boolean => knownKind(file) !== undefined;

function knownKind({ name, bytes }: NamedBytes): FileKind | undefined {
  if (/\.(safetensors|onnx|onnx\.gz)$/.test(name) || isStoredImage(bytes)) return 'network';
  if (name.endsWith('.jsonl')) return 'metrics';
  if (/\.(ndjson|csv)$/.test(name)) return 'experiment';
  if (name.endsWith('.json')) return kindOfJson(bytes);
  if (isPicture({ name })) return 'images';
  if (/ubyte$|_batch[^/]*\.bin$|^test\.bin$/.test(name)) return 'images';
  return undefined;
}

/**
 * A report says what it costs; a plan has a version, and a base, axes or chip instances; the result of a point how it was made, and a
 * folder of results what went in. A chip has none of it.
 */
function kindOfJson(bytes: Uint8Array): FileKind {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value !== 'object' || value === null) return 'chip';
    const has = (name: string): boolean => name in value;
    if (has('topsPerWatt')) return 'report';
    const isPlan = has('version') && ['base', 'axes', 'chips'].some(has);
    const isResult = has('made') || (has('mars') && has('inputs'));
    return isPlan || isResult ? 'experiment' : 'chip';
  } catch {
    return 'chip'; // A damaged file is read as a chip, whose reader says what is wrong with it.
  }
}
