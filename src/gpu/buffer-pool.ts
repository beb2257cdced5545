// Buffers by size, used again when they are given back, and counted, so that a leak is a number and not a guess.

import { CimError } from '../core/errors.ts';
import { smallest } from '../core/extremes.ts';

/** GPUBufferUsage.STORAGE | COPY_DST | COPY_SRC, as numbers: the globals are not everywhere. */
export const storageUsage: GPUBufferUsageFlags = 0x80 | 0x8 | 0x4;
/** {@link storageUsage} | INDIRECT. */
export const indirectUsage: GPUBufferUsageFlags = storageUsage | 0x100;
/** GPUBufferUsage.UNIFORM. */
export const uniformUsage: GPUBufferUsageFlags = 0x40;
/** What a buffer is for: a `batch`, which has fewer images after an error, or a `layer` for as long as it is prepared. */
export type BufferOwner = 'batch' | 'layer';

/** What a person can do where an adapter has too little memory for a buffer. */
export const memoryRemedies: Readonly<Record<BufferOwner, string>> = {
  batch: 'simulate fewer images per batch',
  layer: 'use an adapter with more memory, or the reference (--backend reference)',
};

/** As {@link memoryRemedies}, where the pool has a limit of its own. */
const limitRemedies: typeof memoryRemedies = {
  batch: 'allow more (--max-memory), or simulate fewer images per batch',
  layer: 'allow more (--max-memory): the weights of all layers are held at once',
};

/** GPUBufferUsage.COPY_SRC. */
export const copySourceUsage: GPUBufferUsageFlags = 0x4;

/** Owns every buffer of a backend. */
export class BufferPool {
  readonly #device: GPUDevice;
  /** Bytes of the largest buffer that a kernel can bind. */
  readonly largest: number;
  readonly #waiting = new Map<number, GPUBuffer[]>();
  readonly #out = new Map<GPUBuffer, 'pooled' | 'own'>();
  /** Buffers that commands may use which are recorded and not submitted: those must not be destroyed. */
  readonly #recorded = new Set<GPUBuffer>();
  readonly #limit: number;
  #bytes = 0;
  #peakBytes = 0;

  /** @param limit max bytes that its buffers may take together */
  constructor(device: GPUDevice, limit: number = Infinity) {
    this.#device = device;
    this.#limit = limit;
    this.largest = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
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
   * A storage buffer of at least `bytes`; what it holds is undefined. Where a new one would exceed the limit, a larger
   * one that waits is taken.
   * @throws {CimError} (memory) when the adapter cannot bind that many bytes, or the limit is reached
   */
  take(bytes: number, label: string): GPUBuffer {
    const rounded = roundedSize(bytes);
    const size = rounded <= this.largest ? rounded : Math.ceil(bytes / 16) * 16;
    const buffer =
      this.#waiting.get(size)?.pop() ??
      this.#larger(size) ??
      this.#create({ label, size, usage: storageUsage }, 'batch');
    this.#out.set(buffer, 'pooled');
    this.#recorded.add(buffer);
    return buffer;
  }

  /**
   * A buffer of its own size and use, holding `data`.
   * @throws {CimError} (memory) as {@link take}
   */
  takeFilled(
    data: ArrayBufferView | ArrayBuffer,
    usage: GPUBufferUsageFlags,
    label: string,
    owner: BufferOwner,
  ): GPUBuffer {
    const source = data instanceof ArrayBuffer ? new Uint8Array(data) : bytesOf(data);
    const size = Math.max(16, Math.ceil(source.length / 4) * 4);
    const buffer = this.#create({ label, size, usage, mappedAtCreation: true }, owner);
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

  /**
   * Runs `work`, which takes buffers. Where it throws, those that it has not given back are given back.
   * @throws what `work` throws
   */
  giveBackOnError<T>(work: () => T): T {
    const before = new Set(this.#out.keys());
    try {
      return work();
    } catch (error) {
      for (const [buffer, kind] of this.#out)
        if (kind === 'pooled' && !before.has(buffer)) this.give(buffer);
      throw error;
    }
  }

  /** To be called when the commands recorded so far are submitted or discarded. */
  forgetRecorded(): void {
    this.#recorded.clear();
  }

  /** Destroys the buffers that wait to be used again, but for those that recorded commands may use. */
  destroyWaiting(): void {
    for (const [size, buffers] of this.#waiting) {
      const [kept, free] = [true, false].map((isRecorded) =>
        buffers.filter((buffer) => this.#recorded.has(buffer) === isRecorded),
      );
      for (const buffer of free ?? []) {
        this.#bytes -= buffer.size;
        buffer.destroy();
      }
      this.#waiting.set(size, kept ?? []);
    }
  }

  /** Counts {@link peakBytes} from here on. */
  forgetPeak(): void {
    this.#peakBytes = this.#bytes;
  }

  /** Destroys all buffers. */
  destroy(): void {
    for (const buffer of this.#out.keys()) buffer.destroy();
    this.forgetRecorded();
    this.destroyWaiting();
    this.#out.clear();
    this.#bytes = 0;
  }

  /** The smallest waiting buffer above `size`, if the limit permits no new one. */
  #larger(size: number): GPUBuffer | undefined {
    if (this.#bytes + size <= this.#limit) return undefined;
    this.destroyWaiting();
    if (this.#bytes + size <= this.#limit) return undefined;
    const sizes = [...this.#waiting].filter(([, buffers]) => buffers.length > 0);
    const fitting = sizes.map(([waiting]) => waiting).filter((waiting) => waiting > size);
    return this.#waiting.get(smallest(fitting))?.pop();
  }

  #create(descriptor: GPUBufferDescriptor, owner: BufferOwner): GPUBuffer {
    if (descriptor.size > this.largest)
      throw new CimError('memory', {
        what: `a buffer of ${descriptor.size} bytes exceeds the adapter's ${this.largest} (maxStorageBufferBindingSize)`,
        where: descriptor.label,
        todo: memoryRemedies[owner],
      });
    if (this.#bytes + descriptor.size > this.#limit) this.destroyWaiting();
    if (this.#bytes + descriptor.size > this.#limit)
      throw new CimError('memory', {
        what: `needs ${descriptor.size} bytes beside the ${this.#bytes} in use, more than the ${this.#limit} allowed`,
        where: descriptor.label,
        todo: limitRemedies[owner],
      });
    const buffer = this.#made(descriptor, owner);
    this.#bytes += descriptor.size;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
    return buffer;
  }

  /** A mapped buffer without memory is the one error that a device throws at once. */
  #made(descriptor: GPUBufferDescriptor, owner: BufferOwner): GPUBuffer {
    try {
      return this.#device.createBuffer(descriptor);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new CimError('memory', {
        what: `there is no memory for a buffer of ${descriptor.size} bytes beside the ${this.#bytes} in use`,
        where: descriptor.label,
        todo: memoryRemedies[owner],
        cause,
      });
    }
  }
}

/** Eight sizes per power of two, so that layers of similar size share buffers and little is wasted. */
function roundedSize(bytes: number): number {
  const step = Math.max(16, 2 ** (Math.ceil(Math.log2(Math.max(1, bytes))) - 4));
  return Math.max(16, Math.ceil(bytes / step) * step);
}

const bytesOf = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
