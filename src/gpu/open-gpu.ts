// From a GPU object (Chrome's navigator.gpu, or Dawn's in Node) to a device with the limits that its adapter has.

import { CimError } from '../core/errors.ts';
import { type AdapterDescription, describeAdapter } from './adapter.ts';
import { timestampFeature } from './pass-times.ts';
import { type GpuBackend, type GpuBackendOptions, openGpuBackend } from './gpu-backend.ts';

/** One line for reports: whatever the browser or driver tells. */
export const adapterText = ({
  vendor,
  architecture,
  device,
  description,
}: AdapterDescription): string =>
  [...new Set([vendor, architecture, device, description])]
    .filter((text) => text !== '')
    .join(' ') || 'unnamed adapter';

/** The adapter of `gpu`, and a device with its limits. */
export interface OpenDevice {
  readonly adapter: AdapterDescription;
  readonly device: GPUDevice;
  /** Whether shaders may call dot4U8Packed. */
  readonly packedDotProducts: boolean;
}

/** Features that kernels use where an adapter has them. */
const usefulFeatures: readonly GPUFeatureName[] = ['subgroups'];

/** What a device is for. */
interface DeviceOptions {
  /** Whether it is to tell times of passes, where its adapter can. False by default. */
  readonly timestamps?: boolean;
}

/**
 * Opens a device with the highest storage limits that the adapter has.
 * @throws {CimError} (environment) when there is no adapter
 */
export async function openDevice(
  gpu: GPU,
  { timestamps = false }: DeviceOptions = {},
): Promise<OpenDevice> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter)
    throw new CimError('environment', {
      what: 'there is no WebGPU adapter',
      todo: 'in Node, `npx mars info` says how to get one; Chrome on Linux needs --enable-unsafe-webgpu',
    });
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } =
    adapter.limits;
  const requiredLimits = {
    maxBufferSize,
    maxStorageBufferBindingSize,
    maxStorageBuffersPerShaderStage,
  };
  const wanted = timestamps ? [...usefulFeatures, timestampFeature] : usefulFeatures;
  const requiredFeatures = wanted.filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({
    label: 'mars-cim',
    requiredLimits,
    requiredFeatures,
  });
  const packedDotProducts = gpu.wgslLanguageFeatures.has('packed_4x8_integer_dot_product');
  return { adapter: describeAdapter(adapter), device, packedDotProducts };
}

/**
 * Opens the GPU backend. The caller disposes it (`await using`).
 * @throws {CimError} (environment) when there is no adapter
 */
export async function openGpu(
  gpu: GPU,
  options: Pick<GpuBackendOptions, 'maxMemory' | 'shape' | 'shortcuts'> = {},
): Promise<GpuBackend> {
  const { adapter, device, packedDotProducts } = await openDevice(gpu);
  return openGpuBackend(device, adapterText(adapter), { ...options, packedDotProducts });
}
