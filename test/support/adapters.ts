// Opens every kind of adapter that this machine has, once per test file, and says which are missing.

import { type NodeGpu, openNodeGpu } from '../../src/cli/node-gpu.ts';
import { CimError } from '../../src/core/errors.ts';

/** Kinds of adapter that Dawn can be asked for. */
export const adapterKinds = ['gpu', 'lavapipe', 'swiftshader'] as const;

/** The adapter of that kind, or why there is none. */
export async function tryAdapter(kind: (typeof adapterKinds)[number]): Promise<NodeGpu | string> {
  try {
    return await openNodeGpu(kind);
  } catch (error) {
    if (error instanceof CimError) return error.message;
    throw error;
  }
}
