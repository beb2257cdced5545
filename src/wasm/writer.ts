// Data on its way into the memory of a machine.

import type { Fields } from './fields.ts';
import type { Kernels } from './kernels.ts';
import type { Memory } from './memory.ts';

/** Puts data into the memory of a machine, and remembers where. */
export class Writer {
  readonly blocks: number[] = [];
  readonly #kernels: Kernels;
  readonly #memory: Memory;
  readonly #name: string;

  /** @param name of what is written, for errors */
  constructor(kernels: Kernels, memory: Memory, name: string) {
    this.#kernels = kernels;
    this.#memory = memory;
    this.#name = name;
  }

  /** Room for so many bytes; 0 where there are none. */
  room(bytes: number): number {
    if (bytes === 0) return 0;
    const address = this.#memory.take(bytes, this.#name);
    this.blocks.push(address);
    return address;
  }

  /** The address of a copy of `values`; 0 where there are none. */
  put(values: Uint8Array | Int8Array | Int16Array | Uint32Array | Int32Array | undefined): number {
    if (!values || values.byteLength === 0) return 0;
    const address = this.room(values.byteLength);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    new Uint8Array(this.#kernels.memory.buffer).set(bytes, address);
    return address;
  }

  /** The address of a structure with these values, in the order of its names, and `spare` bytes that are 0. */
  structure<Names extends readonly string[]>(
    names: Names,
    values: Fields<Names>,
    spare = 0,
  ): number {
    const words = new Int32Array(names.length + spare / 4);
    names.forEach((name: Names[number], i) => (words[i] = values[name]));
    return this.put(words);
  }

  /** Gives a block back that is needed no more. */
  drop(address: number): void {
    this.#memory.give(address);
    const index = this.blocks.indexOf(address);
    if (index >= 0) this.blocks.splice(index, 1);
  }

  /** Gives everything back. */
  dropAll(): void {
    for (const block of this.blocks) this.#memory.give(block);
    this.blocks.length = 0;
  }
}
