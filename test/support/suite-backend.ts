// The backend of one adapter for a whole suite.

import { afterAll, beforeAll } from 'vitest';
import {
  type GpuBackend,
  type GpuBackendOptions,
  openGpuBackend,
} from '../../src/gpu/gpu-backend.ts';
import { openDevice } from '../../src/gpu/open-gpu.ts';
import { type adapterKinds, tryAdapter } from './adapters.ts';

/**
 * Opens the adapter of this kind before the tests of the suite that calls it, and closes it after them. In a test, what
 * it returns gives the backend, or skips the test and says why there is none.
 */
export function suiteBackend(
  kind: (typeof adapterKinds)[number],
  options: GpuBackendOptions = {},
): (skip: (why: string) => never) => GpuBackend {
  let backend: GpuBackend | undefined;
  let why = '';
  beforeAll(async () => {
    const found = await tryAdapter(kind);
    if (typeof found === 'string') {
      why = found;
      return;
    }
    const { device } = await openDevice(found.gpu);
    backend = await openGpuBackend(device, found.description, options);
  });
  afterAll(async () => {
    await backend?.[Symbol.asyncDispose]();
  });
  return (skip) => backend ?? skip(`no ${kind}: ${why}`);
}
