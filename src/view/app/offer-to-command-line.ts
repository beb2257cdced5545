// What the command line's `--backend browser` calls in the page. Loaded only when it does.

import type { Served } from '../engine/browser-backend.ts';

/** Puts `marsServed` into the page. */
export function offerToCommandLine(): void {
  const served = async (): Promise<Served> => (await import('../engine/browser-backend.ts')).served;
  const offered: Served = {
    runJob: async (...args) => await (await served()).runJob(...args),
    matrixVector: async (...args) => await (await served()).matrixVector(...args),
  };
  Object.assign(globalThis, { marsServed: offered });
}
