// What tells right numbers where the reference would take too long.

import { hasKind } from '../core/errors.ts';
import { openReference } from '../reference/reference-backend.ts';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import { openWasm } from '../wasm/wasm-backend.ts';

/** WebAssembly on one thread; the reference where that does not run. The caller disposes it. */
export async function openJudge(): Promise<MacroBackend> {
  try {
    return await openWasm();
  } catch (error) {
    if (hasKind(error, 'environment')) return openReference();
    throw error;
  }
}
