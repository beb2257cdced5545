// The backend of machines without a GPU: WebAssembly with SIMD, on threads that share the images of a batch, or the pixels
// of each layer where there are fewer images than threads.

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
import { Orders } from './orders.ts';
import type { Share } from './share.ts';
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

/** Column reads that one thread does while threads exchange a map, in which case each computes all of it. */
const exchangeShare = 0.01;

interface WasmLayer extends PreparedLayer {
  readonly id: number;
  /** Whether threads share its pixels where they share an image. */
  readonly isLarge: boolean;
}

interface WasmMap extends HeldMap {
  readonly id: number;
}

/** Images of a map that a thread has: `first ... end - 1`. */
interface ImageShare {
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
  readonly #orders = new Orders();
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
    await this.#orders.done();
    const id = ++this.#lastId;
    const way = chooseWay(program, this.#shortcuts);
    const path = pathOf(way);
    try {
      await this.#everyone((link) => {
        link.tell({ kind: 'prepare', id, program, way });
        return link.ask({ kind: 'ready' });
      });
    } catch (error) {
      this.#tellAll({ kind: 'releaseLayer', id });
      throw error;
    }
    const isLarge = readsOf(program) > exchangeShare * readsOfThread[path];
    return { id, program, path, isLarge };
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
      this.#orders.add(() => {
        link.tell({ kind: 'upload', id, part });
      });
    }
    return { id, images, firstImage };
  }

  runMacro(prepared: WasmLayer, input: WasmMap, residual: WasmMap | undefined): WasmMap {
    const to = ++this.#lastId;
    const shares = this.#shares(input.images);
    const isTogether = this.#isTogether(input.images);
    this.#orders.add(() => {
      const of = { layer: prepared.id, input: input.id, added: residual?.id };
      shares.forEach(({ link }, index) => {
        const share = { index, count: shares.length, isWhole: !prepared.isLarge };
        link.tell({ kind: 'runMacro', to, ...of, share: isTogether ? share : undefined });
      });
      return isTogether && prepared.isLarge ? this.#exchange(to) : undefined;
    });
    return { ...input, id: to };
  }

  runPool(pool: PoolLayer, input: WasmMap): WasmMap {
    const to = ++this.#lastId;
    const shares = this.#shares(input.images);
    this.#orders.add(() => {
      for (const { link } of shares) link.tell({ kind: 'runPool', to, pool, input: input.id });
    });
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
      await this.#orders.done();
      // Where every thread has every image the first one hands it over; what went wrong in the others is heard all the same.
      const isTogether = this.#isTogether(images);
      const asked = this.#shares(images).map(({ link }, index) =>
        link.ask(isTogether && index > 0 ? { kind: 'ready' } : { kind: 'download', id }),
      );
      const parts = await settled(asked);
      this.#tellAll({ kind: 'keepEvents' });
      return joined(parts.flatMap(({ values }) => values ?? []));
    } catch (error) {
      // The batch is run again, or not at all: what some threads have counted of it does not count.
      this.#tellAll({ kind: 'forgetEvents' });
      throw error;
    } finally {
      signal?.removeEventListener?.('abort', stop);
    }
  }

  async takeEvents({ id }: WasmLayer): Promise<CountedEvents> {
    await this.#orders.done();
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

  /** Whether every thread has every image. */
  #isTogether(images: number): boolean {
    return images < this.#links.length;
  }

  /** What each thread computed of a map goes to all others. */
  async #exchange(id: number): Promise<void> {
    const count = this.#links.length;
    const shareOf = (index: number): Share => ({ index, count, isWhole: false });
    const asked = this.#links.map((link, index) =>
      link.ask({ kind: 'takeShare', id, share: shareOf(index) }),
    );
    const parts = await settled(asked);
    this.#links.forEach((link, own) => {
      parts.forEach(({ bytes }, index) => {
        if (index !== own && bytes)
          link.tell({ kind: 'putShare', id, share: shareOf(index), bytes });
      });
    });
  }

  /** Who has which images: as even as possible, and the same for every map of as many. */
  #shares(images: number): readonly ImageShare[] {
    const count = this.#links.length;
    if (this.#isTogether(images))
      return this.#links.map((link) => ({ link, first: 0, end: images }));
    return this.#links
      .map((link, i) => ({
        link,
        first: Math.floor((i * images) / count),
        end: Math.floor(((i + 1) * images) / count),
      }))
      .filter(({ first, end }) => end > first);
  }

  /** Has all threads tidy up, whatever happened before. */
  #tellAll(command: Parameters<ThreadLink['tell']>[0]): void {
    this.#orders.add(() => {
      for (const link of this.#links) link.tell(command);
    }, true);
  }

  #everyone<T>(ask: (link: ThreadLink) => Promise<T>): Promise<readonly T[]> {
    return settled(this.#links.map(ask));
  }
}

/** Column reads of one image. */
const readsOf = ({ output, codes, kernelsPerTile, columns, phases }: MacroProgram): number =>
  output.height * output.width * codes.length * kernelsPerTile * columns.factors.length * phases;

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
