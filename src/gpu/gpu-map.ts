// A feature map or sums on the device.

import { activationsPerImage, type Shape } from '../core/feature-map.ts';
import type { HeldMap } from '../simulate/macro-backend.ts';

/** A feature map, or the sums of the last layer, in a buffer. */
export interface GpuMap extends HeldMap {
  readonly shape: Shape;
  readonly kind: 'activations' | 'sums';
  readonly buffer: GPUBuffer;
}

/** Bytes of a stored feature map: whole words. */
export const mapBytes = (shape: Shape, images: number): number =>
  Math.ceil((images * activationsPerImage(shape)) / 4) * 4;

/** Outputs of a layer for a batch. */
export const outputCount = (shape: Shape, images: number): number =>
  images * activationsPerImage(shape);
