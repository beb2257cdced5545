// Records commands until something must be read back; every error of the device ends as one CimError (simulation).

import { CimError } from '../core/errors.ts';
import { type BufferOwner, memoryRemedies } from './buffer-pool.ts';

const filters: readonly GPUErrorFilter[] = ['validation', 'out-of-memory', 'internal'];
/** GPUBufferUsage.MAP_READ | COPY_DST, and GPUMapMode.READ. */
const readBackUsage = 0x1 | 0x8;
const mapRead = 0x1;

/** Reads something of its own back with every batch. */
export interface BatchReader {
  /** Records what it needs at the end of a batch; gives what is awaited once the batch is submitted. */
  record(encoder: GPUCommandEncoder): (() => Promise<void>) | undefined;
  /** Forgets what it noted of commands that are not submitted. */
  discard(): void;
}

/** Collects commands of a device. */
export class CommandQueue {
  readonly #device: GPUDevice;
  readonly #onEmpty: () => void;
  readonly #reader: BatchReader | undefined;
  #encoder: GPUCommandEncoder | undefined;
  #afterSubmit: (() => void)[] = [];
  #lost: string | undefined;

  /** @param onEmpty called when recorded commands are submitted or discarded */
  constructor(device: GPUDevice, onEmpty: () => void, reader?: BatchReader) {
    this.#reader = reader;
    this.#device = device;
    this.#onEmpty = onEmpty;
    void device.lost.then((info) => {
      this.#lost = info.message || info.reason;
    });
  }

  /** The encoder of the commands that are not submitted yet. */
  get encoder(): GPUCommandEncoder {
    if (!this.#encoder) {
      this.#openScopes();
      this.#encoder = this.#device.createCommandEncoder({ label: 'mars-cim batch' });
    }
    return this.#encoder;
  }

  /** Calls `action` once the commands recorded so far are done. */
  afterSubmit(action: () => void): void {
    this.#afterSubmit.push(action);
  }

  /** Forgets the commands that are recorded and not submitted. */
  discard(): void {
    if (!this.#encoder) return;
    this.#encoder = undefined;
    this.#onEmpty();
    this.#reader?.discard();
    for (const action of this.#afterSubmit.splice(0)) action();
    for (let i = 0; i < filters.length; i++) this.#device.popErrorScope().catch(() => undefined); // a lost device says so at the next submit
  }

  /**
   * Submits, and gives the first `bytes` of `buffer`.
   * @param clear true to set the buffer to zero afterwards
   * @throws {CimError} (memory) when the device had too little memory since the last submit
   * @throws {CimError} (simulation) for any other error of the device since then
   */
  async read(buffer: GPUBuffer, bytes: number, clear = false): Promise<ArrayBuffer> {
    const commands = this.encoder;
    const size = Math.max(4, bytes);
    const staging = this.#device.createBuffer({ label: 'read back', size, usage: readBackUsage });
    commands.copyBufferToBuffer(buffer, 0, staging, 0, bytes);
    if (clear) commands.clearBuffer(buffer);
    const readMore = this.#reader?.record(commands);
    this.#device.queue.submit([commands.finish()]);
    this.#encoder = undefined;
    this.#onEmpty();
    const waiting = this.#afterSubmit;
    this.#afterSubmit = [];
    try {
      await this.#closeScopes('submit', 'batch');
      await staging.mapAsync(mapRead).catch((cause: unknown) => {
        throw this.#lossError('read back', cause); // nothing else ends a mapping
      });
      await readMore?.().catch((cause: unknown) => {
        throw this.#lossError('read back', cause);
      });
      return staging.getMappedRange().slice(0);
    } finally {
      staging.destroy();
      for (const action of waiting) action();
    }
  }

  /**
   * Runs `work`; what the device reports meanwhile is thrown.
   * @throws {CimError} (memory) when the device had too little memory for what the work made
   * @throws {CimError} (simulation) naming `what`
   */
  async scoped<T>(what: string, work: () => Promise<T>): Promise<T> {
    this.#openScopes();
    const [result] = await Promise.allSettled([work()]);
    if (result.status === 'rejected') {
      // An error of the work itself says more than what the device made of it.
      await Promise.allSettled([this.#closeScopes(what, 'layer')]);
      throw result.reason;
    }
    await this.#closeScopes(what, 'layer');
    return result.value;
  }

  #openScopes(): void {
    for (const filter of filters) this.#device.pushErrorScope(filter);
  }

  /** @param owner of the buffers that were made since the scopes were opened */
  async #closeScopes(what: string, owner: BufferOwner): Promise<void> {
    const errors = await Promise.all(filters.map(() => this.#device.popErrorScope())).catch(
      (cause: unknown) => {
        throw this.#lossError(what, cause);
      },
    );
    if (this.#lost !== undefined) throw this.#lossError(what);
    const error = errors.find((candidate) => candidate !== null);
    if (error && error === errors[filters.toReversed().indexOf('out-of-memory')])
      throw new CimError('memory', {
        what: `the GPU is out of memory: ${error.message.split('\n')[0]}`,
        where: what,
        todo: memoryRemedies[owner],
      });
    if (error)
      throw new CimError('simulation', {
        what: `the GPU reports: ${error.message.split('\n')[0]}`,
        where: what,
      });
  }

  #lossError(where: string, cause?: unknown): CimError {
    const reason = this.#lost ?? (cause instanceof Error ? cause.message : String(cause));
    return new CimError('simulation', {
      what: `the GPU device was lost (${reason})`,
      where,
      todo: 'run again',
      cause,
    });
  }
}
