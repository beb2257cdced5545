// How the macro array is asked for, and what one gets.

import type { MacroArray } from '../../../inspect/macro-array.ts';
import type { Camera } from './camera.ts';
import type { CellAt } from './describe-macro.ts';
import type { Figure } from './array-figures.ts';
import type { DeviceSource } from './open-painter.ts';

/** A macro on a core during a filling. */
export interface MacroSelection {
  /** Number in `MacroArray.fillings`. */
  readonly filling: number;
  readonly core: number;
  /** Macro within its core. */
  readonly macro: number;
}

/** What was chosen; `cell` where cells are large enough to be meant. */
export interface ChosenMacro extends MacroSelection {
  readonly cell: CellAt | undefined;
}

/** How to draw. */
export interface MacroArrayOptions {
  /** Default: a device that is opened for it, and destroyed with it. */
  readonly device?: DeviceSource | undefined;
  /** `density` by default. */
  readonly figure?: Figure | undefined;
  /** Called when a person chooses a macro, or none. */
  readonly onSelect?: ((chosen: ChosenMacro | undefined) => void) | undefined;
}

/** A drawn macro array. */
export interface MacroArrayView {
  readonly element: HTMLElement;
  /** Resolves when the first picture is drawn. */
  readonly ready: Promise<void>;
  /** What draws: `none` before it is ready, and where no canvas works. */
  readonly drawnWith: 'webgpu' | '2d' | 'none';
  /** GPU buffers that are held now. */
  readonly liveBuffers: number;
  /** What is seen: middle in cells' heights, and CSS pixels per cell's height. */
  readonly camera: Camera;
  update(array: MacroArray): void;
  colourBy(figure: Figure): void;
  /** Marks a macro as chosen, or none; `onSelect` is not called. */
  select(selection: MacroSelection | undefined): void;
  /** Moves to the whole, to a layer, or to a macro. */
  show(target: 'all' | { readonly layer: number } | MacroSelection): void;
  /** Frees every GPU buffer and takes the elements away. */
  destroy(): void;
}
