// The adapter as a result file tells of it.

import { openDevice } from '../../src/gpu/open-gpu.ts';
import type { Adapter } from './result.ts';

const softwareNames = /llvmpipe|lavapipe|swiftshader|basic render/i;

/**
 * Describes the adapter behind `gpu`, as the simulator opens it: the limits and features are the device's.
 * @param name as a person reads it
 */
export async function describeDevice(gpu: GPU, name: string): Promise<Adapter> {
  const { adapter, device } = await openDevice(gpu);
  const { vendor, architecture, device: model, description } = adapter;
  const limits: Record<string, number> = {};
  // Limits are getters of the prototype, which JSON does not see.
  for (const limit in device.limits) {
    const value: unknown = device.limits[limit as keyof GPUSupportedLimits];
    if (typeof value === 'number') limits[limit] = value;
  }
  const features = [...device.features].toSorted();
  device.destroy();
  return {
    name,
    vendor,
    architecture,
    device: model,
    driver: description,
    software: adapter.isFallback || softwareNames.test(`${name} ${model} ${description}`),
    limits,
    features,
  };
}
