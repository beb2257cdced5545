// The last results by their address, so that Back and Forward show them again at once.

import type { RunResult } from '../engine/engine.ts';
import type { UserFiles } from '../engine/user-files.ts';

/** A result, and the files that took part. */
export interface KnownResult {
  readonly result: RunResult;
  readonly files: UserFiles;
}

/** How many are known: as many as the engine keeps without doubt. */
const max = 4;

/** Results by their address. */
export class KnownResults {
  /** The newest is the last. */
  readonly #known = new Map<string, KnownResult>();
  readonly #forget: (id: number) => void;

  /** @param forget told of results that are dropped */
  constructor(forget: (id: number) => void) {
    this.#forget = forget;
  }

  /** The result of an address; undefined where it has to be run. */
  get(address: string): KnownResult | undefined {
    return this.#known.get(address);
  }

  add(address: string, known: KnownResult): void {
    this.#drop(address);
    this.#known.set(address, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > max && oldest !== undefined) this.#drop(oldest);
  }

  /** Drops all, since files of the same names may be others now. @param shown but this one */
  clear(shown: RunResult | undefined): void {
    for (const [address, { result }] of this.#known)
      if (result !== shown) this.#drop(address);
      else this.#known.delete(address);
  }

  #drop(address: string): void {
    const dropped = this.#known.get(address);
    this.#known.delete(address);
    if (dropped) this.#forget(dropped.result.id);
  }
}
