// Errors on their way out of a worker: as data, and back.

import { CancelledError, CimError } from '../../core/errors.ts';

/** An error as data. */
export interface PlainError {
  /** `bug`: not one that a person is expected to meet. */
  readonly kind: 'cim' | 'cancelled' | 'bug';
  readonly name: string;
  readonly what: string;
  readonly where: readonly string[];
  readonly todo: string | undefined;
}

/** `error` as data. */
export function plainError(error: unknown): PlainError {
  if (error instanceof CimError) {
    const { name, what, where, todo } = error;
    return { kind: error instanceof CancelledError ? 'cancelled' : 'cim', name, what, where, todo };
  }
  return { kind: 'bug', name: 'Error', what: String(error), where: [], todo: undefined };
}

/** The error again; its class is lost but for {@link CancelledError}, its name is not. */
export function errorOf({ kind, name, what, where, todo }: PlainError): Error {
  if (kind === 'bug') return new Error(what);
  const error = new (kind === 'cancelled' ? CancelledError : CimError)({ what, where, todo });
  return kind === 'cancelled' ? error : Object.assign(error, { name });
}
