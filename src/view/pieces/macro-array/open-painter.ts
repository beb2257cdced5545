// Finds what can draw: WebGPU, else a 2D canvas, else nothing.

import { openCanvasPainter } from './canvas-painter.ts';
import { openGpuPainter } from './gpu-painter.ts';
import type { Painter } from './painter.ts';

/** A new device is asked for so often after losses; then the picture is drawn without one. */
export const maxLosses = 3;

/** A device, or a function that gives one; undefined: there is none. The device stays its giver's. */
export type DeviceSource = GPUDevice | (() => Promise<GPUDevice | undefined>);

/** A painter on its canvas. */
export interface OpenPainter {
  readonly painter: Painter;
  readonly canvas: HTMLCanvasElement;
  /** Resolves when the device is lost; undefined without one. */
  readonly lost: Promise<unknown> | undefined;
  /** Why it is not WebGPU; undefined where it is. */
  readonly reason: string | undefined;
}

/** A device of the page's own, opened for drawing. */
export async function openDrawingDevice(): Promise<GPUDevice | undefined> {
  if (!('gpu' in navigator)) return undefined;
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) return undefined;
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  return await adapter.requestDevice({
    label: 'macro array',
    requiredLimits: { maxStorageBufferBindingSize, maxBufferSize },
  });
}

/**
 * Opens a painter; `newCanvas` is asked for a canvas per attempt, because a canvas has one kind of context for ever.
 * Undefined where a canvas gives no context at all.
 */
export async function openPainter(
  source: DeviceSource,
  newCanvas: () => HTMLCanvasElement,
): Promise<OpenPainter | undefined> {
  let reason = 'there is no WebGPU adapter';
  try {
    const device = typeof source === 'function' ? await source() : source;
    if (device) {
      const canvas = newCanvas();
      const format = navigator.gpu.getPreferredCanvasFormat();
      const painter = await openGpuPainter(device, canvas, format);
      return { painter, canvas, lost: device.lost, reason: undefined };
    }
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  try {
    const canvas = newCanvas();
    return { painter: openCanvasPainter(canvas), canvas, lost: undefined, reason };
  } catch {
    return undefined;
  }
}
