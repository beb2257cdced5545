// Buffers by size, used again when they are given back, and counted, so that a leak is a number and not a guess.

import { SimulationError } from '../core/errors.ts';

/** GPUBufferUsage.STORAGE | COPY_DST | COPY_SRC, as numbers: the globals are not everywhere. */
export const storageUsage: GPUBufferUsageFlags = 0x80 | 0x8 | 0x4;
/** GPUBufferUsage.UNIFORM. */
export const uniformUsage: GPUBufferUsageFlags = 0x40;
/** GPUBufferUsage.COPY_SRC. */
export const copySourceUsage: GPUBufferUsageFlags = 0x4;

/** Owns every buffer of a backend. */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #largest: number;
  readonly #waiting = new Map<number, GPUBuffer[]>();
  readonly #out = new Map<GPUBuffer, 'pooled' | 'own'>();
  #bytes = 0;
  #peakBytes = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#largest = Math.min(
      device.limits.maxStorageBufferBindingSize,
      device.limits.maxBufferSize,
    );
  }

  /** Buffers that are out and not given back. */
  get live(): number {
    return this.#out.size;
  }

  /** Most bytes at any time so far. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /**
   * A storage buffer of at least `bytes`; what it holds is undefined.
   * @throws {SimulationError} when the adapter cannot bind that many bytes
   */
  take(bytes: number, label: string): GPUBuffer {
    // Powers of two, so that layers of similar size share buffers.
    const rounded = Math.max(16, 2 ** Math.ceil(Math.log2(bytes)));
    const size = rounded <= this.#largest ? rounded : Math.ceil(bytes / 16) * 16;
    const buffer =
      this.#waiting.get(size)?.pop() ?? this.#create({ label, size, usage: storageUsage });
    this.#out.set(buffer, 'pooled');
    return buffer;
  }

  /** A buffer of its own size and use, holding `data`. */
  takeFilled(
    data: ArrayBufferView | ArrayBuffer,
    usage: GPUBufferUsageFlags,
    label: string,
  ): GPUBuffer {
    const source = data instanceof ArrayBuffer ? new Uint8Array(data) : bytesOf(data);
    const size = Math.max(16, Math.ceil(source.length / 4) * 4);
    const buffer = this.#create({ label, size, usage, mappedAtCreation: true });
    new Uint8Array(buffer.getMappedRange()).set(source);
    buffer.unmap();
    this.#out.set(buffer, 'own');
    return buffer;
  }

  /** Gives a buffer back. Those of {@link takeFilled} are destroyed, the others wait to be used again. */
  give(buffer: GPUBuffer): void {
    const kind = this.#out.get(buffer);
    this.#out.delete(buffer);
    if (kind === 'pooled') {
      this.#waiting.set(buffer.size, [...(this.#waiting.get(buffer.size) ?? []), buffer]);
    } else if (kind === 'own') {
      this.#bytes -= buffer.size;
      buffer.destroy();
    }
  }

  /** Destroys all buffers. */
  destroy(): void {
    for (const buffer of this.#out.keys()) buffer.destroy();
    for (const buffers of this.#waiting.values()) for (const buffer of buffers) buffer.destroy();
    this.#out.clear();
    this.#waiting.clear();
    this.#bytes = 0;
  }

  #create(descriptor: GPUBufferDescriptor): GPUBuffer {
    if (descriptor.size > this.#largest)
      throw new SimulationError({
        what: `a buffer of ${descriptor.size} bytes exceeds the adapter's ${this.#largest} (maxStorageBufferBindingSize)`,
        where: descriptor.label,
        todo: 'simulate fewer images per batch',
      });
    this.#bytes += descriptor.size;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
    return this.#device.createBuffer(descriptor);
  }
}

const bytesOf = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
