// A layer on a backend as a case: checked against the reference, then timed.
//
// Two checks, for the reference is slow. A small twin of the layer (32 kernels on a corner of the map) is compared whole,
// sums and events. And of the very run that is timed some pixels are computed again by the reference, each from its own
// window; with noise that cannot be done, for noise belongs to a pixel's place in the layer.

import { activationsPerImage, type FeatureMap } from '../core/feature-map.ts';
import { forEachInside, positionsOf, symmetricWindow } from '../core/window.ts';
import { openReference } from '../reference/reference-backend.ts';
import type { CountedEvents } from '../simulate/activity.ts';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import { takeDeviceSeconds } from './backend.ts';
import { boundOf, columnReadsOf, macsOf } from './bounds.ts';
import { equal } from './equal.ts';
import { corner, type Layer, openLayer, repeated } from './layer.ts';
import { busySize } from './measure.ts';
import type { Bound, Host, TimedCase, Work } from './question.ts';
import { runCase } from './run-case.ts';

/** Seconds that make a device busy, and the most images that it then gets at once. */
const busySeconds = 0.05;
const maxImages = 64;

const twin = { kernels: 32, side: 4, images: 2 };
/** Shares of the way through the outputs at which pixels are checked; the first and the last lie on an edge. */
const checkedPixels = [0, 0.37, 0.71, 1];

/** What is run. */
export interface LayerRun {
  readonly layer: Layer;
  /** Its inputs; taken again and again where the device wants more images. */
  readonly inputs: FeatureMap;
  /** Images per run; as many as keep the device busy by default. */
  readonly images?: number;
  /** True for a backend that takes no exact shortcut. Default false. */
  readonly everyRead?: boolean;
  /** Whether its least time is told, for which the roofline is measured. Default true. */
  readonly isBound?: boolean;
}

/** The case of a layer on `backend`. */
export async function openLayerCase(
  host: Host,
  backend: MacroBackend,
  { layer, inputs, images, everyRead, isBound = true }: LayerRun,
): Promise<TimedCase> {
  const prepared = await backend.prepare(layer.program);
  const runOn = async (map: FeatureMap): Promise<void> => {
    const held = backend.upload(map);
    backend.release(backend.runMacro(prepared, held, undefined));
    backend.release(held);
    await backend.takeEvents(prepared);
  };
  const count =
    images ??
    (await busySize(host, busySeconds, maxImages, async (size) => {
      await runOn(repeated(inputs, size));
    }));
  const batch = repeated(inputs, count);
  const held = backend.upload(batch);
  const work = { programs: [layer.program], images: count, everyRead };
  const bound = isBound ? await boundOn(backend, host, work) : undefined;
  return {
    ...(bound && { bound }),
    work: {
      'column reads': count * columnReadsOf(layer.program),
      MACs: count * macsOf(layer.program),
    },
    takeDeviceSeconds: () => takeDeviceSeconds(backend),
    facts: { images: count, path: prepared.path },
    check: async () => {
      const sums = await compareTwin(backend, layer, inputs);
      if (layer.program.noise) return `${sums} sums of a small twin with the reference`;
      const result = backend.runMacro(prepared, held, undefined);
      const pixels = await comparePixels(layer.program, batch, await backend.download(result));
      backend.release(result);
      return `${sums} sums of a small twin and ${pixels} of the run with the reference`;
    },
    // Reading the event counters waits for the end of the run, and moves only some bytes.
    run: async () => {
      backend.release(backend.runMacro(prepared, held, undefined));
      await backend.takeEvents(prepared);
    },
    dispose: () => {
      backend.release(held);
      backend.release(prepared);
    },
  };
}

async function boundOn({ name }: MacroBackend, host: Host, work: Work): Promise<Bound | undefined> {
  if (name === 'gpu') return await boundOf(host, work);
  return name === 'wasm' ? await host.wasmBound?.(work) : undefined;
}

/** Sums and events of one run. */
export async function runOnce(
  backend: MacroBackend,
  program: MacroProgram,
  map: FeatureMap,
): Promise<{ readonly sums: Int32Array; readonly events: CountedEvents }> {
  const prepared = await backend.prepare(program);
  const held = backend.upload(map);
  const result = backend.runMacro(prepared, held, undefined);
  const sums = await backend.download(result);
  const events = await backend.takeEvents(prepared);
  for (const one of [held, result, prepared]) backend.release(one);
  return { sums, events };
}

async function compareTwin(
  backend: MacroBackend,
  { spec }: Layer,
  inputs: FeatureMap,
): Promise<number> {
  const side = Math.min(twin.side, spec.height, spec.width);
  const kernels = Math.min(twin.kernels, spec.kernels);
  const { program } = openLayer({ ...spec, kernels, height: side, width: side });
  const map = corner(inputs, side, Math.min(twin.images, inputs.images));
  const small = { program, input: map, firstImage: 0, residual: undefined };
  const actual = await runCase(backend, small);
  const expected = await runCase(openReference(), small);
  const events = [actual, expected].map((one) => Object.values(one.events));
  equal(actual.values, expected.values, 'sums of the small twin', small);
  equal(events[0] ?? [], events[1] ?? [], 'events of the small twin', small);
  return expected.values.length;
}

async function comparePixels(
  program: MacroProgram,
  inputs: FeatureMap,
  sums: Int32Array,
): Promise<number> {
  const { output, kernel } = program;
  const pixels = inputs.images * output.height * output.width;
  const alone: MacroProgram = {
    ...program,
    input: { ...program.input, height: kernel.height, width: kernel.width },
    words: { ...program.words, height: kernel.height, width: kernel.width },
    kernel: symmetricWindow(kernel.height, kernel.width),
    output: { ...output, height: 1, width: 1 },
  };
  for (const share of checkedPixels) {
    const pixel = Math.round(share * (pixels - 1));
    const expected = await runOnce(openReference(), alone, windowOf(program, inputs, pixel));
    const from = pixel * output.channels;
    equal(sums.subarray(from, from + output.channels), expected.sums, `sums of pixel ${pixel}`);
  }
  return checkedPixels.length * output.channels;
}

/** What the kernel sees at an output pixel; zeros beyond the map, where no word line is driven. */
function windowOf(program: MacroProgram, inputs: FeatureMap, pixel: number): FeatureMap {
  const { output, kernel } = program;
  const { channels } = inputs;
  const image = Math.floor(pixel / (output.height * output.width));
  const place = {
    y: Math.floor(pixel / output.width) % output.height,
    x: pixel % output.width,
  };
  const data = new Uint8Array(positionsOf(kernel) * channels);
  forEachInside(kernel, inputs, place, (position, seen) => {
    const from = image * activationsPerImage(inputs) + seen * channels;
    data.set(inputs.data.subarray(from, from + channels), position * channels);
  });
  return { ...inputs, images: 1, height: kernel.height, width: kernel.width, data };
}
