// Times on the device: when each compute pass began and ended, where the adapter has timestamp queries.

import { at } from '../core/errors.ts';
import type { BatchReader } from './command-queue.ts';

/** The feature that it needs. */
export const timestampFeature: GPUFeatureName = 'timestamp-query';

/** What passes took on the device. */
export interface PassTimes {
  /** Seconds of all passes, added up. */
  readonly seconds: number;
  readonly passes: number;
  /** The pass that took longest: its kernel, its seconds. */
  readonly longest: { readonly kernel: string; readonly seconds: number } | undefined;
  /** Greatest common divisor of all times, in nanoseconds: the clock tells them no finer. */
  readonly step: number;
}

/** Passes of a batch that have times: a set has room for two queries of each. */
const mostPasses = 2048;
const bytesPerTime = 8;
/** GPUBufferUsage.QUERY_RESOLVE | COPY_SRC, and MAP_READ | COPY_DST; GPUMapMode.READ. */
const resolveUsage = 0x200 | 0x4;
const readBackUsage = 0x1 | 0x8;
const mapRead = 0x1;

/** Notes the times of the passes of a device. */
export class PassClock implements BatchReader {
  readonly #device: GPUDevice;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  #kernels: string[] = [];
  /** Passes beyond those that have times: then nothing is told of the whole. */
  #untimed = 0;
  #seconds = 0;
  #passes = 0;
  #longest: PassTimes['longest'];
  #step = 0;
  #first: bigint | undefined;

  /** @param device one with {@link timestampFeature} */
  constructor(device: GPUDevice) {
    const count = 2 * mostPasses;
    this.#device = device;
    this.#queries = device.createQuerySet({ label: 'pass times', type: 'timestamp', count });
    this.#resolved = device.createBuffer({
      label: 'pass times',
      size: bytesPerTime * count,
      usage: resolveUsage,
    });
  }

  /** Where the next pass writes its times; undefined where the set is full. */
  next(kernel: string): GPUComputePassTimestampWrites | undefined {
    const pass = this.#kernels.length;
    if (pass === mostPasses) {
      this.#untimed += 1;
      return undefined;
    }
    this.#kernels.push(kernel);
    return {
      querySet: this.#queries,
      beginningOfPassWriteIndex: 2 * pass,
      endOfPassWriteIndex: 2 * pass + 1,
    };
  }

  record(encoder: GPUCommandEncoder): (() => Promise<void>) | undefined {
    const kernels = this.#kernels;
    if (kernels.length === 0) return undefined;
    this.#kernels = [];
    const size = 2 * bytesPerTime * kernels.length;
    const staging = this.#device.createBuffer({ label: 'pass times', size, usage: readBackUsage });
    encoder.resolveQuerySet(this.#queries, 0, 2 * kernels.length, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, staging, 0, size);
    return async () => {
      try {
        await staging.mapAsync(mapRead);
        this.#add(kernels, new BigUint64Array(staging.getMappedRange().slice(0)));
      } finally {
        staging.destroy();
      }
    };
  }

  discard(): void {
    this.#kernels = [];
  }

  /** Of the passes that ended since this was last called; undefined where there were none, or too many for their times. */
  take(): PassTimes | undefined {
    const { passes, seconds, longest, step } = {
      passes: this.#passes,
      seconds: this.#seconds,
      longest: this.#longest,
      step: this.#step,
    };
    const isWhole = this.#untimed === 0 && passes > 0;
    this.#untimed = 0;
    this.#seconds = 0;
    this.#passes = 0;
    this.#longest = undefined;
    return isWhole ? { passes, seconds, longest, step } : undefined;
  }

  destroy(): void {
    this.#queries.destroy();
    this.#resolved.destroy();
  }

  #add(kernels: readonly string[], times: BigUint64Array): void {
    kernels.forEach((kernel, pass) => {
      const [begin, end] = [at(times, 2 * pass), at(times, 2 * pass + 1)];
      this.#first ??= begin;
      for (const time of [begin, end])
        this.#step = commonDivisor(this.#step, Number(time - this.#first));
      // Clocks of some drivers go back by a tick between two passes.
      const seconds = Math.max(0, Number(end - begin)) / 1e9;
      this.#seconds += seconds;
      this.#passes += 1;
      if (seconds > (this.#longest?.seconds ?? 0)) this.#longest = { kernel, seconds };
    });
  }
}

function commonDivisor(a: number, b: number): number {
  let [larger, smaller] = [Math.abs(a), Math.abs(b)];
  while (smaller > 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
