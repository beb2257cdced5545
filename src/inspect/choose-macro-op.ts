// From a macro that a person points at, and what is typed about it, to the macro-op that is meant: never another one.

import type { Filling, FillingRun, MacroArray } from './macro-array.ts';
import type { MacroOpChoice } from './macro-op.ts';
import { permittedText } from './permitted-text.ts';

/** A macro on a core, during a filling. */
export interface MacroOnCore {
  /** Number in `MacroArray.fillings`. */
  readonly filling: number;
  readonly core: number;
  readonly macro: number;
}

/** What is chosen besides the macro. */
export type MacroOpField = 'slot' | 'image' | 'y' | 'x';

/** The macro-op that is meant, with the core that computes it; or what is wrong with each value. */
export type ChosenMacroOp =
  | { readonly choice: MacroOpChoice; readonly core: number }
  | { readonly errors: Readonly<Partial<Record<MacroOpField, string>>> };

/** A place in a layer's output. */
export interface OutputPixel {
  readonly y: number;
  readonly x: number;
}

/**
 * The macro-op of the chosen macro's filling that the typed values mean.
 * @param typed as a person typed it: nothing is no 0
 * @param images of the run
 * @returns `undefined` where the macro holds nothing
 */
export function chooseMacroOp(
  array: MacroArray,
  chosen: MacroOnCore,
  typed: Readonly<Record<MacroOpField, string>>,
  images: number,
): ChosenMacroOp | undefined {
  const filling = array.fillings[chosen.filling];
  const layer = filling && array.layers[filling.layer];
  if (!layer || !filling.macros.some(({ macro }) => macro === chosen.macro)) return undefined;
  const ranges: Readonly<Record<MacroOpField, readonly [string, string, number]>> = {
    slot: [`this weight load of ${layer.name}`, 'slot', filling.codes.length],
    image: ['the run', 'image', images],
    y: [layer.name, 'row', layer.pixels / layer.width],
    x: [layer.name, 'column', layer.width],
  };
  const values = { slot: 0, image: 0, y: 0, x: 0 };
  const errors: Partial<Record<MacroOpField, string>> = {};
  for (const field of ['slot', 'image', 'y', 'x'] as const) {
    const [owner, what, count] = ranges[field];
    const text = typed[field].trim();
    values[field] = text === '' ? Number.NaN : Number(text);
    const error = permittedText(owner, what, count, values[field]);
    if (error !== undefined) errors[field] = error;
  }
  if (Object.keys(errors).length > 0) return { errors };
  const { slot, image, y, x } = values;
  const { tile, firstGroup } = filling;
  return {
    choice: {
      layer: layer.name,
      tile,
      group: firstGroup + slot,
      macro: chosen.macro,
      y,
      x,
      image,
    },
    core: coreAt(filling, y * layer.width + x) ?? chosen.core,
  };
}

/**
 * The pixel next to the middle of the output that `core` computes with a filling: at the border the first groups lie
 * outside the map and drive nothing. Undefined where the core computes none.
 */
export function middlePixel(
  array: MacroArray,
  { filling: number, core }: Omit<MacroOnCore, 'macro'>,
): OutputPixel | undefined {
  const filling = array.fillings[number];
  const layer = filling && array.layers[filling.layer];
  if (!filling || !layer) return undefined;
  const { width, pixels } = layer;
  const [middleY, middleX] = [Math.floor(pixels / width / 2), Math.floor(width / 2)];
  let best: OutputPixel | undefined;
  let least = Infinity;
  for (const run of runsOf(filling, core))
    for (let pixel = run.firstPixel; pixel < run.firstPixel + run.pixels; pixel++) {
      const [y, x] = [Math.floor(pixel / width), pixel % width];
      const distance = (y - middleY) ** 2 + (x - middleX) ** 2;
      if (distance < least) [least, best] = [distance, { y, x }];
    }
  return best;
}

/** Whether `core` computes an output pixel with a filling. */
export function computesPixel(
  array: MacroArray,
  { filling: number, core }: Omit<MacroOnCore, 'macro'>,
  { y, x }: OutputPixel,
): boolean {
  const filling = array.fillings[number];
  const layer = filling && array.layers[filling.layer];
  return (
    filling !== undefined &&
    layer !== undefined &&
    x < layer.width &&
    runsOf(filling, core).some((run) => holds(run, y * layer.width + x))
  );
}

const runsOf = ({ runs }: Filling, core: number): readonly FillingRun[] =>
  runs.filter((run) => run.core === core);

const holds = ({ firstPixel, pixels }: FillingRun, pixel: number): boolean =>
  pixel >= firstPixel && pixel < firstPixel + pixels;

const coreAt = ({ runs }: Filling, pixel: number): number | undefined =>
  runs.find((run) => holds(run, pixel))?.core;
