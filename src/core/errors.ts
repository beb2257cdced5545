// Errors that a person is meant to read: what happened, where (network > layer > tile > macro), what to do.

import { shownText } from './shown-text.ts';

/**
 * What an error is about:
 *
 * - `usage`: the command line or a setting is wrong (unknown option, name or number). The command line exits with 2.
 * - `input`: a file or value that was read is wrong (truncated, out of range, inconsistent).
 * - `missingData`: the files of a data set are not on this machine.
 * - `network`: a network is not consistent in itself.
 * - `compress`: a network cannot be compressed as asked.
 * - `chip`: a chip description is not possible hardware.
 * - `mapping`: a compressed network does not fit the chip.
 * - `simulation`: a simulation cannot run or go on (wrong image shape, lost device).
 * - `memory`: something does not fit the memory of a device. Whoever can make it smaller tries that first.
 * - `training`: a training cannot go on (its numbers are not finite any more).
 * - `environment`: the machine lacks something (adapter, browser, package).
 * - `cancelled`: the person asked to stop.
 */
export type ErrorKind =
  | 'usage'
  | 'input'
  | 'missingData'
  | 'network'
  | 'compress'
  | 'chip'
  | 'mapping'
  | 'simulation'
  | 'memory'
  | 'training'
  | 'environment'
  | 'cancelled';

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
 * Every error that users of mars-cim are expected to meet. Its message is one line: control characters, which names
 * from files can have, are shown as `\u001b`. The parts keep the text as it is. A clone of it, as workers make one, is a
 * plain Error: it crosses as {@link errorData}.
 */
export class CimError extends Error {
  override readonly name = 'CimError' as const;
  readonly kind: ErrorKind;
  readonly what: string;
  readonly where: readonly string[];
  readonly todo: string | undefined;

  constructor(kind: ErrorKind, parts: CimErrorParts) {
    const where = typeof parts.where === 'string' ? [parts.where] : (parts.where ?? []);
    super(sentence(parts.what, where, parts.todo), { cause: parts.cause });
    this.kind = kind;
    this.what = parts.what;
    this.where = where;
    this.todo = parts.todo;
  }
}

/** Whether `error` is a {@link CimError} of this kind. */
export const hasKind = (error: unknown, kind: ErrorKind): error is CimError =>
  error instanceof CimError && error.kind === kind;

/** An error as data, which workers, pages and processes can hand over. */
export interface ErrorData extends Required<Omit<CimErrorParts, 'cause' | 'where'>> {
  /** `bug`: not one that a person is expected to meet. */
  readonly kind: ErrorKind | 'bug';
  readonly where: readonly string[];
}

/** `error` as data; {@link errorOf} makes it an error again. */
export function errorData(error: unknown): ErrorData {
  if (!(error instanceof CimError))
    return { kind: 'bug', what: String(error), where: [], todo: undefined };
  const { kind, what, where, todo } = error;
  return { kind, what, where, todo };
}

/** The error of {@link errorData}, with its kind and parts; its cause and stack stayed behind. */
export const errorOf = ({ kind, ...parts }: ErrorData): Error =>
  kind === 'bug' ? new Error(parts.what) : new CimError(kind, parts);

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
