// Blocks of a machine's linear memory: the first free one that is large enough.

import { at, CimError } from '../core/errors.ts';
import type { LinearMemory } from './kernels.ts';

/** Bytes of a page of WebAssembly's memory. */
const pageBytes = 65536;
/** Every block begins at a multiple of this: a vector's bytes. */
const alignment = 16;

/** A stretch of memory. */
interface Stretch {
  first: number;
  end: number;
}

/** Hands out blocks, and takes them back. */
export class Memory {
  readonly #memory: LinearMemory;
  /** Free stretches in order; no two touch. */
  readonly #free: Stretch[];
  readonly #sizes = new Map<number, number>();
  #used = 0;
  #peak = 0;
  readonly #limit: number;

  /**
   * @param first byte that is free
   * @param limit most bytes that the memory may have; 4 GiB by default, as many as addresses of 32 bits reach
   */
  constructor(memory: LinearMemory, first: number, limit: number = 2 ** 32) {
    this.#memory = memory;
    this.#limit = limit;
    this.#free = [{ first: aligned(first), end: memory.buffer.byteLength }];
  }

  /** Max. bytes of blocks at the same time so far. */
  get peak(): number {
    return this.#peak;
  }

  /** Counts the peak anew. */
  forgetPeak(): void {
    this.#peak = this.#used;
  }

  /** Bytes that the memory has by now. */
  get size(): number {
    return this.#memory.buffer.byteLength;
  }

  /**
   * The address of a block of so many bytes, whatever they hold.
   * @param whose it is, for errors
   * @throws {CimError} (memory) when there is no room for it
   */
  take(bytes: number, whose: string): number {
    const size = Math.max(alignment, aligned(bytes));
    let index = this.#free.findIndex(({ first, end }) => end - first >= size);
    if (index < 0) index = this.#grow(size, whose);
    const stretch = at(this.#free, index);
    const { first } = stretch;
    stretch.first += size;
    if (stretch.first === stretch.end) this.#free.splice(index, 1);
    this.#sizes.set(first, size);
    this.#used += size;
    this.#peak = Math.max(this.#peak, this.#used);
    return first;
  }

  /** Takes a block back. */
  give(address: number): void {
    const size = this.#sizes.get(address);
    if (size === undefined) return;
    this.#sizes.delete(address);
    this.#used -= size;
    let index = this.#free.findIndex(({ first }) => first > address);
    if (index < 0) index = this.#free.length;
    this.#free.splice(index, 0, { first: address, end: address + size });
    this.#join(index);
    this.#join(index - 1);
  }

  /** Makes one of the free stretches `index` and `index + 1` if they touch. */
  #join(index: number): void {
    const one = this.#free[index];
    const next = this.#free[index + 1];
    if (!one || one.end !== next?.first) return;
    one.end = next.end;
    this.#free.splice(index + 1, 1);
  }

  /** Makes room behind everything; gives the number of the free stretch that has it. */
  #grow(size: number, whose: string): number {
    const end = this.size;
    const last = this.#free.at(-1);
    const missing = last?.end === end ? size - (last.end - last.first) : size;
    // A quarter more than is needed, so that many small blocks do not grow it one by one.
    const wanted = Math.min(this.#limit, Math.max(end + missing, Math.ceil(1.25 * end)));
    for (const target of [wanted, end + missing]) {
      const pages = Math.ceil((target - end) / pageBytes);
      if (target > this.#limit || end + missing > this.#limit || !this.#tryGrow(pages)) continue;
      if (last?.end === end) last.end = this.size;
      else this.#free.push({ first: end, end: this.size });
      return this.#free.length - 1;
    }
    throw new CimError('memory', {
      what: `needs ${size} bytes beside the ${end} in use; there are ${this.#limit} allowed per thread`,
      where: whose,
      todo: 'allow more where it is limited (--max-memory), simulate fewer images per batch, or use the GPU (--backend gpu)',
    });
  }

  #tryGrow(pages: number): boolean {
    try {
      this.#memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }
}

const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;
