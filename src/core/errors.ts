// Errors that a person is meant to read: what happened, where (network > layer > tile > macro), what to do.

import { shownText } from './shown-text.ts';

/** The parts of a message of a {@link CimError}. */
export interface CimErrorParts {
  /** What is wrong, naming the value. No full stop at the end. */
  readonly what: string;
  /** Where: a file, an option, or a trail such as `['mnist-cnn', 'conv2', 'tile 3']`. */
  readonly where?: string | readonly string[] | undefined;
  /** What the person can do about it. */
  readonly todo?: string | undefined;
  /** The error behind this one. */
  readonly cause?: unknown;
}

/**
 * Base of all errors that users of mars-cim are expected to meet. Its message is one line: control characters, which names
 * from files can have, are shown as `\u001b`. The parts keep the text as it is.
 */
export class CimError extends Error {
  readonly what: string;
  readonly where: readonly string[];
  readonly todo: string | undefined;

  constructor(parts: CimErrorParts) {
    const where = typeof parts.where === 'string' ? [parts.where] : (parts.where ?? []);
    super(sentence(parts.what, where, parts.todo), { cause: parts.cause });
    this.name = 'CimError';
    this.what = parts.what;
    this.where = where;
    this.todo = parts.todo;
  }
}

/** The command line itself is wrong (unknown option, name or number). The command line exits with 2. */
export class UsageError extends CimError {
  override readonly name = 'UsageError' as const;
}

/** A file or value that was read is wrong (truncated, out of range, inconsistent). */
export class InputError extends CimError {
  override readonly name = 'InputError' as const;
}

/** A network is not consistent in itself. */
export class NetworkError extends CimError {
  override readonly name = 'NetworkError' as const;
}

/** A network cannot be compressed as asked. */
export class CompressError extends CimError {
  override readonly name = 'CompressError' as const;
}

/** A chip description is not possible hardware. */
export class ChipError extends CimError {
  override readonly name = 'ChipError' as const;
}

/** A compressed network does not fit the chip. */
export class MappingError extends CimError {
  override readonly name = 'MappingError' as const;
}

/** A simulation cannot run or go on (wrong image shape, lost device, no memory). */
export class SimulationError extends CimError {
  override readonly name = 'SimulationError' as const;
}

/**
 * Something does not fit the memory of a device. Whoever can make it smaller tries that before a person sees this.
 */
export class MemoryError extends CimError {
  override readonly name = 'MemoryError' as const;
}

/** The machine lacks something (adapter, browser, package). */
export class EnvironmentError extends CimError {
  override readonly name = 'EnvironmentError' as const;
}

/** The person asked to stop. */
export class CancelledError extends CimError {
  override readonly name = 'CancelledError' as const;
}

/**
 * Throws when an invariant of our own code is broken: never for a mistake of the user.
 * @throws {Error} with `message` when `condition` is false
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${message}`);
}

/**
 * The element of `array` at `index`, which must exist.
 * @throws {Error} when it does not: a broken invariant, not a mistake of the user
 */
export function at<T>(array: ArrayLike<T>, index: number): T {
  const element = array[index];
  if (element === undefined)
    throw new Error(`broken invariant: no element ${index} of ${array.length}`);
  return element;
}

function sentence(what: string, where: readonly string[], todo: string | undefined): string {
  const place = where.length > 0 ? `${where.join(' > ')}: ` : '';
  return shownText(todo === undefined ? `${place}${what}` : `${place}${what}; ${todo}`);
}
