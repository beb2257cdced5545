// A machine: kernels with a memory of their own, and the layers and feature maps in it. One per thread; every thread has
// all layers and a part of the images.

import type { PoolLayer } from '../compress/compressed-network.ts';
import { assert } from '../core/errors.ts';
import type { Shape } from '../core/feature-map.ts';
import type { CountedEvents } from '../simulate/activity.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import type { Way } from './choose-way.ts';
import {
  layerEvents,
  layerEventsAt,
  layerFields,
  requantizerFields,
  roomFields,
} from './fields.ts';
import { type KernelModule, type Kernels, openKernels } from './kernels.ts';
import { Memory } from './memory.ts';
import { type HeldLayer, prepareLayer, type Room } from './prepare-layer.ts';
import { pixelsOf, type Share } from './share.ts';
import { poolOf, requantizerOf } from './structures.ts';
import { Writer } from './writer.ts';

/** A part of a feature map, or of the sums of the last layer. */
interface HeldPart {
  readonly address: number;
  readonly shape: Shape;
  readonly images: number;
  readonly firstImage: number;
  /** Bytes of a value: 1 of an activation, 4 of a sum. */
  readonly valueBytes: 1 | 4;
}

/** Images of a map that are to be taken over. */
export interface ImagePart {
  readonly shape: Shape;
  readonly images: number;
  /** Number of the first of them in the run. */
  readonly firstImage: number;
  /** Activations, order (image, y, x, channel). */
  readonly data: Uint8Array;
}

/** A layer, and the maps that it runs on. */
interface MacroRun {
  readonly layer: number;
  readonly input: number;
  readonly added: number | undefined;
  /** Undefined: the machine runs all of the map that it has. */
  readonly share?: Share | undefined;
}

const valuesOf = ({ height, width, channels }: Shape): number => height * width * channels;

/** Kernels, a memory, and what lies in it under the numbers that its owner gave it. */
export class Machine {
  readonly #kernels: Kernels;
  readonly #memory: Memory;
  readonly #layers = new Map<number, HeldLayer>();
  readonly #maps = new Map<number, HeldPart>();
  /** Events of batches that have ended well. */
  readonly #kept = new Map<number, BigUint64Array>();
  #room: { readonly address: number; readonly bytes: number } = { address: 0, bytes: 0 };

  constructor(kernels: Kernels, memory: Memory) {
    this.#kernels = kernels;
    this.#memory = memory;
  }

  /** Max. bytes that it held at the same time, since it was opened or last rested. */
  get peakMemory(): number {
    return this.#memory.peak;
  }

  /** Between two runs: gives back the room that layers worked in, and counts the peak anew. */
  rest(): void {
    this.#memory.give(this.#room.address);
    this.#room = { address: 0, bytes: 0 };
    this.#memory.forgetPeak();
  }

  /** Takes over a layer. */
  prepare(id: number, program: MacroProgram, way: Way): void {
    const writer = new Writer(this.#kernels, this.#memory, program.name);
    try {
      const layer = prepareLayer(program, way, this.#kernels, writer);
      const { requantize, output } = program;
      const requantizer = requantize && requantizerOf(requantize, output, writer);
      this.#layers.set(id, { ...layer, requantizer, blocks: [...writer.blocks] });
    } catch (error) {
      writer.dropAll();
      throw error;
    }
  }

  /** Takes over images. */
  upload(id: number, part: ImagePart): void {
    const address = this.#memory.take(part.data.length, 'image');
    new Uint8Array(this.#kernels.memory.buffer).set(part.data, address);
    const { shape, images, firstImage } = part;
    this.#maps.set(id, { address, shape, images, firstImage, valueBytes: 1 });
  }

  /** Runs a layer on map `input`; `added` is its residual. Its result is map `to`. */
  runMacro(to: number, on: MacroRun): void {
    const layer = this.#layer(on.layer);
    const input = this.#map(on.input);
    const added = on.added === undefined ? undefined : this.#map(on.added);
    const { program, requantizer } = layer;
    const { output: shape } = program;
    const values = valuesOf(shape);
    const valueBytes = requantizer === undefined ? 4 : 1;
    const { images, firstImage } = input;
    const [first, end] = pixelsOf(shape, on.share);
    const sums = this.#placeRoom(layer, first, end);
    if (requantizer !== undefined) this.#tellResidual(requantizer, added?.shape);
    const address = this.#memory.take(images * values * valueBytes, program.name);
    const map: HeldPart = { address, shape, images, firstImage, valueBytes };
    this.#maps.set(to, map);
    if (first === end) return;
    const before = this.#eventsOf(layer).slice();
    for (let image = 0; image < images; image++) {
      const at = { image, first, end, sums };
      this.#runImage(layer, { input, added, map }, at);
    }
    if (on.share?.isWhole === true && on.share.index > 0) this.#eventsOf(layer).set(before);
  }

  /** Runs pixels `first ... end - 1` of one image. Addresses above 2^31 reach kernels as negative numbers: the same 32 bits. */
  #runImage(
    layer: HeldLayer,
    {
      input,
      added,
      map,
    }: Readonly<Record<'input' | 'map', HeldPart>> & { readonly added: HeldPart | undefined },
    { image, first, end, sums }: Readonly<Record<'image' | 'first' | 'end' | 'sums', number>>,
  ): void {
    const { shape, firstImage, valueBytes } = map;
    const result = map.address + image * valuesOf(shape) * valueBytes;
    const pixel = ((firstImage + image) * shape.height * shape.width) % 2 ** 32;
    const from = input.address + image * valuesOf(input.shape);
    const { requantizer } = layer;
    this.#run(layer, from, pixel, requantizer === undefined ? result : sums);
    if (requantizer === undefined) return;
    const ofAdded = added ? added.address + image * valuesOf(added.shape) : 0;
    this.#kernels.requantizeImage(requantizer, sums, ofAdded, result, first, end);
  }

  /** What a share of the pixels of a map holds, order (image, y, x, channel), as bytes. */
  takeShare(id: number, share: Share): Uint8Array {
    const parts = this.#shareOf(id, share);
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    parts.forEach((part, image) => bytes.set(part, image * part.length));
    return bytes;
  }

  /** Puts what another machine computed where it belongs. */
  putShare(id: number, share: Share, bytes: Uint8Array): void {
    this.#shareOf(id, share).forEach((part, image) =>
      part.set(bytes.subarray(image * part.length, (image + 1) * part.length)),
    );
  }

  #shareOf(id: number, share: Share): readonly Uint8Array[] {
    const { address, shape, images, valueBytes } = this.#map(id);
    const pixelBytes = shape.channels * valueBytes;
    const [first, end] = pixelsOf(shape, share).map((pixel) => pixel * pixelBytes) as [
      number,
      number,
    ];
    const imageBytes = valuesOf(shape) * valueBytes;
    const { buffer } = this.#kernels.memory;
    return Array.from(
      { length: images },
      (_, image) => new Uint8Array(buffer, address + image * imageBytes + first, end - first),
    );
  }

  /** Runs a pool. */
  runPool(to: number, pool: PoolLayer, from: number): void {
    const input = this.#map(from);
    const { images, firstImage } = input;
    const { outputShape: shape } = pool;
    const writer = new Writer(this.#kernels, this.#memory, pool.name);
    try {
      const structure = poolOf(pool, writer);
      const values = valuesOf(shape);
      const address = this.#memory.take(images * values, pool.name);
      this.#maps.set(to, { address, shape, images, firstImage, valueBytes: 1 });
      for (let image = 0; image < images; image++)
        this.#kernels.poolImage(
          structure,
          input.address + image * valuesOf(input.shape),
          address + image * values,
        );
    } finally {
      writer.dropAll();
    }
  }

  /** Values of a map, order (image, y, x, channel). */
  download(id: number): Int32Array {
    const { address, shape, images, valueBytes } = this.#map(id);
    const count = images * valuesOf(shape);
    const { buffer } = this.#kernels.memory;
    return valueBytes === 4
      ? new Int32Array(buffer, address, count).slice()
      : Int32Array.from(new Uint8Array(buffer, address, count));
  }

  /** Events of a layer since the last call. */
  takeEvents(id: number): CountedEvents {
    const events = this.#eventsOf(this.#layer(id));
    const [saturated = 0n, zero = 0n, overflowed = 0n] = events;
    events.fill(0n);
    this.#kept.delete(id);
    return {
      saturatedReads: Number(saturated),
      zeroPhaseReads: Number(zero),
      overflowedSums: Number(overflowed),
    };
  }

  /** What was counted so far belongs to a batch that has ended well. */
  keepEvents(): void {
    for (const [id, layer] of this.#layers) this.#kept.set(id, this.#eventsOf(layer).slice());
  }

  /** Counts anew from where {@link keepEvents} was called: the batch is run again. */
  forgetEvents(): void {
    for (const [id, layer] of this.#layers) {
      const kept = this.#kept.get(id);
      if (kept) this.#eventsOf(layer).set(kept);
      else this.#eventsOf(layer).fill(0n);
    }
  }

  /** Gives a map back. */
  releaseMap(id: number): void {
    const map = this.#maps.get(id);
    if (!map) return;
    this.#maps.delete(id);
    this.#memory.give(map.address);
  }

  /** Gives a layer back. */
  releaseLayer(id: number): void {
    const layer = this.#layers.get(id);
    if (!layer) return;
    this.#layers.delete(id);
    this.#kept.delete(id);
    for (const block of layer.blocks) this.#memory.give(block);
  }

  #run({ way, address }: HeldLayer, image: number, pixel: number, sums: number): void {
    if (way === 'dot' || way === 'dotLessClips')
      this.#kernels.runDot(address, image, way === 'dot' ? 0 : 1, sums);
    else if (way === 'levels') this.#kernels.runNoisy(address, image, pixel, sums);
    else if (way === 'analog') this.#kernels.runAnalog(address, image, pixel, sums);
    else if (way === 'wideAnalog') this.#kernels.runWideAnalog(address, image, pixel, sums);
    else if (way === 'general') this.#kernels.runGeneral(address, image, pixel, sums);
    else if (way === 'table') this.#kernels.runTable(address, image, sums);
    else this.#kernels.runBitLines(address, image, sums);
  }

  /** Tells a layer where it can work and on which pixels, and gives the address of sums of one image: layers share the room, for one runs at a time. */
  #placeRoom(
    { address, program, room, way }: HeldLayer,
    firstPixel: number,
    endPixel: number,
  ): number {
    const sums = 4 * valuesOf(program.output);
    const wanted = roomFields.reduce(
      (bytes, name) => bytes + roomBytes(room, name, way),
      sums + 16,
    );
    if (wanted > this.#room.bytes) {
      this.#memory.give(this.#room.address);
      this.#room = { address: 0, bytes: 0 };
      const bytes = Math.ceil(wanted);
      this.#room = { address: this.#memory.take(bytes, program.name), bytes };
    }
    const fields = new Uint32Array(this.#kernels.memory.buffer, address, layerFields.length);
    fields[layerFields.indexOf('firstPixel')] = firstPixel;
    fields[layerFields.indexOf('endPixel')] = endPixel;
    let next = this.#room.address;
    for (const name of roomFields) {
      fields[layerFields.indexOf(name)] = next;
      next += roomBytes(room, name, way);
    }
    return next;
  }

  /** Tells a requantizer the shape of the residual's map. */
  #tellResidual(address: number, shape: Shape | undefined): void {
    const fields = new Int32Array(this.#kernels.memory.buffer, address, requantizerFields.length);
    const { height, width, channels } = shape ?? { height: 0, width: 0, channels: 0 };
    fields[requantizerFields.indexOf('addedHeight')] = height;
    fields[requantizerFields.indexOf('addedWidth')] = width;
    fields[requantizerFields.indexOf('addedChannels')] = channels;
  }

  #eventsOf({ address }: HeldLayer): BigUint64Array {
    const { buffer } = this.#kernels.memory;
    return new BigUint64Array(buffer, address + layerEventsAt, layerEvents.length);
  }

  #layer(id: number): HeldLayer {
    const layer = this.#layers.get(id);
    assert(layer !== undefined, `layer ${id}`);
    return layer;
  }

  #map(id: number): HeldPart {
    const map = this.#maps.get(id);
    assert(map !== undefined, `map ${id}`);
    return map;
  }
}

/** Bytes of a part of the room, whole vectors; wide words are for dot products alone. */
function roomBytes(room: Room, name: (typeof roomFields)[number], way: Way): number {
  const isDot = way === 'dot' || way === 'dotLessClips';
  if (name === 'wordPairs' && !isDot) return 0;
  if (name === 'wordBits' && way !== 'analog') return 0;
  if (name === 'tables' && (way === 'dot' || way === 'general')) return 0;
  return Math.ceil(room[name] / 16) * 16;
}
/** Opens a machine whose memory has at most so many bytes. */
export function openMachine(module: KernelModule, maxMemory?: number): Machine {
  const kernels = openKernels(module);
  return new Machine(kernels, new Memory(kernels.memory, kernels.firstFree(), maxMemory));
}
