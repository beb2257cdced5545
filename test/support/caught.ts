// The error that something throws, as a value that a test can look at.

import { CimError } from '../../src/core/errors.ts';

/** The {@link CimError} that `action` throws; fails when it throws nothing or anything else. */
export function caught(action: () => unknown): CimError {
  try {
    action();
  } catch (error) {
    if (error instanceof CimError) return error;
    throw new Error(`threw ${String(error)}, which is no CimError`, { cause: error });
  }
  throw new Error('threw nothing');
}

/** As {@link caught}, for actions that wait. */
export async function caughtEventually(action: () => Promise<unknown>): Promise<CimError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof CimError) return error;
    throw new Error(`threw ${String(error)}, which is no CimError`, { cause: error });
  }
  throw new Error('threw nothing');
}
