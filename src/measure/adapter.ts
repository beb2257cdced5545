// The adapter as a result file tells of it.

import { assert } from '../core/errors.ts';
import { describeAdapter, isSoftware } from '../gpu/adapter.ts';
import type { Adapter } from './result.ts';

/**
 * Describes the adapter that the simulator takes of `gpu`.
 * @param name as a person reads it
 */
export async function adapterOf(gpu: GPU, name: string): Promise<Adapter> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  assert(adapter !== null, 'a device was opened before');
  const described = describeAdapter(adapter);
  const { vendor, architecture, device, description } = described;
  const limits: Record<string, number> = {};
  // Limits are getters of the prototype, which JSON does not see.
  for (const limit in adapter.limits) {
    const value: unknown = adapter.limits[limit as keyof GPUSupportedLimits];
    if (typeof value === 'number') limits[limit] = value;
  }
  return {
    name,
    vendor,
    architecture,
    device,
    driver: description,
    software: isSoftware({ ...described, description: `${name} ${description}` }),
    limits,
    features: [...adapter.features].toSorted(),
  };
}
