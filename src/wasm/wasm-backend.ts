// The backend of machines without a GPU: WebAssembly with SIMD, on threads that share the images of a batch.

import type { PoolLayer } from '../compress/compressed-network.ts';
import { assert, CimError } from '../core/errors.ts';
import { activationsPerImage, type FeatureMap } from '../core/feature-map.ts';
import type { StopSignal } from '../core/progress.ts';
import type { CountedEvents } from '../simulate/activity.ts';
import type { HeldMap, MacroBackend, PreparedLayer } from '../simulate/macro-backend.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import { chooseWay, pathOf } from './choose-way.ts';
import { compileKernels } from './compile-kernels.ts';
import type { KernelModule } from './kernels.ts';
import { openHere, type OpenThread, ThreadLink } from './thread-link.ts';

/** How to open the backend. */
export interface WasmOptions {
  /** Threads, 1 by default. */
  readonly threads?: number | undefined;
  /** Starts one. By default there is one thread, the caller's own. */
  readonly openThread?: OpenThread | undefined;
  /** False: every column read is computed, also where a dot product is proven to give the same. True by default. */
  readonly shortcuts?: boolean | undefined;
  /** Max. bytes of each thread's memory; 4 GiB by default. */
  readonly maxMemory?: number | undefined;
}

/** `MacroBackend.readsPerBatch` of one thread: bit lines with noise of every kind are the slowest. */
const readsOfThread: MacroBackend['readsPerBatch'] = {
  'bit lines': 1e8,
  'dot product, clips corrected': 2e9,
  'dot product': 6e9,
};

interface WasmLayer extends PreparedLayer {
  readonly id: number;
}

interface WasmMap extends HeldMap {
  readonly id: number;
}

/** Images of a map that a thread has: `first ... end - 1`. */
interface Share {
  readonly link: ThreadLink;
  readonly first: number;
  readonly end: number;
}

/** Runs layers on threads. */
class WasmBackend implements MacroBackend<WasmLayer, WasmMap> {
  readonly name = 'wasm' as const;
  readonly device: string;
  readonly imagesTogether: number;
  readonly readsPerBatch: MacroBackend['readsPerBatch'];
  readonly #links: readonly ThreadLink[];
  readonly #shortcuts: boolean;
  #lastId = 0;

  constructor(module: KernelModule, options: WasmOptions) {
    const { threads = 1, openThread = openHere, shortcuts = true, maxMemory } = options;
    assert(Number.isInteger(threads) && threads > 0, `${threads} threads`);
    this.#shortcuts = shortcuts;
    this.#links = Array.from(
      { length: threads },
      () => new ThreadLink(openThread, module, maxMemory),
    );
    this.device = `WebAssembly SIMD, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
    this.imagesTogether = threads;
    this.readsPerBatch = {
      'bit lines': threads * readsOfThread['bit lines'],
      'dot product, clips corrected': threads * readsOfThread['dot product, clips corrected'],
      'dot product': threads * readsOfThread['dot product'],
    };
  }

  get peakMemory(): number {
    return this.#links.reduce((sum, { memory }) => sum + memory, 0);
  }

  /** Waits until every thread can run. */
  async start(): Promise<void> {
    await this.#everyone((link) => link.ask({ kind: 'ready' }));
  }

  async prepare(program: MacroProgram): Promise<WasmLayer> {
    const id = ++this.#lastId;
    const way = chooseWay(program, this.#shortcuts);
    try {
      await this.#everyone((link) => {
        link.tell({ kind: 'prepare', id, program, way });
        return link.ask({ kind: 'ready' });
      });
    } catch (error) {
      this.#tellAll({ kind: 'releaseLayer', id });
      throw error;
    }
    return { id, program, path: pathOf(way) };
  }

  upload(map: FeatureMap, firstImage = 0): WasmMap {
    const id = ++this.#lastId;
    const { images, height, width, channels } = map;
    const values = activationsPerImage(map);
    for (const { link, first, end } of this.#shares(images)) {
      const data = map.data.slice(first * values, end * values);
      const part = {
        shape: { height, width, channels },
        images: end - first,
        firstImage: firstImage + first,
        data,
      };
      link.tell({ kind: 'upload', id, part });
    }
    return { id, images, firstImage };
  }

  runMacro(prepared: WasmLayer, input: WasmMap, residual: WasmMap | undefined): WasmMap {
    const to = ++this.#lastId;
    for (const { link } of this.#shares(input.images))
      link.tell({
        kind: 'runMacro',
        to,
        layer: prepared.id,
        input: input.id,
        added: residual?.id,
      });
    return { ...input, id: to };
  }

  runPool(pool: PoolLayer, input: WasmMap): WasmMap {
    const to = ++this.#lastId;
    for (const { link } of this.#shares(input.images))
      link.tell({ kind: 'runPool', to, pool, input: input.id });
    return { ...input, id: to };
  }

  rest(): void {
    this.#tellAll({ kind: 'rest' });
  }

  release(held: WasmMap | WasmLayer): void {
    this.#tellAll({ kind: 'program' in held ? 'releaseLayer' : 'releaseMap', id: held.id });
  }

  async download({ id, images }: WasmMap, signal?: StopSignal): Promise<Int32Array> {
    const stop = (): void => {
      for (const link of this.#links) link.end(new CimError('cancelled', { what: 'stopped' }));
    };
    signal?.addEventListener?.('abort', stop);
    try {
      if (signal?.aborted) stop();
      const shares = this.#shares(images);
      const parts = await settled(shares.map(({ link }) => link.ask({ kind: 'download', id })));
      this.#tellAll({ kind: 'keepEvents' });
      return joined(parts.map(({ values }) => values ?? new Int32Array()));
    } catch (error) {
      // The batch is run again, or not at all: what some threads have counted of it does not count.
      this.#tellAll({ kind: 'forgetEvents' });
      throw error;
    } finally {
      signal?.removeEventListener?.('abort', stop);
    }
  }

  async takeEvents({ id }: WasmLayer): Promise<CountedEvents> {
    const answers = await this.#everyone((link) => link.ask({ kind: 'takeEvents', id }));
    const total = { saturatedReads: 0, zeroPhaseReads: 0, overflowedSums: 0 };
    for (const { events } of answers) {
      total.saturatedReads += events?.saturatedReads ?? 0;
      total.zeroPhaseReads += events?.zeroPhaseReads ?? 0;
      total.overflowedSums += events?.overflowedSums ?? 0;
    }
    return total;
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const link of this.#links)
      link.end(new CimError('simulation', { what: 'the backend is closed' }));
    return Promise.resolve();
  }

  /** Who has which images: as even as possible, and the same for every map of as many. */
  #shares(images: number): readonly Share[] {
    const count = this.#links.length;
    return this.#links
      .map((link, i) => ({
        link,
        first: Math.floor((i * images) / count),
        end: Math.floor(((i + 1) * images) / count),
      }))
      .filter(({ first, end }) => end > first);
  }

  #tellAll(command: Parameters<ThreadLink['tell']>[0]): void {
    for (const link of this.#links) link.tell(command);
  }

  #everyone<T>(ask: (link: ThreadLink) => Promise<T>): Promise<readonly T[]> {
    return settled(this.#links.map(ask));
  }
}

/** All results, once every promise has ended; the first error if there is one. */
async function settled<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const all = new Int32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * Opens the backend. The caller disposes it (`await using`).
 * @throws {CimError} (environment) when this runtime has no WebAssembly with SIMD, or a page's policy forbids it
 */
export async function openWasm(options: WasmOptions = {}): Promise<MacroBackend> {
  const backend = new WasmBackend(await compileKernels(), options);
  try {
    await backend.start();
  } catch (error) {
    await backend[Symbol.asyncDispose]();
    throw error;
  }
  return backend;
}
