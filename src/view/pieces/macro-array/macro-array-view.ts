// The macro array as a picture that one moves about in: from the whole chip to a single cell.

import { shownText } from '../../../core/shown-text.ts';
import type { MacroArray } from '../../../inspect/macro-array.ts';
import {
  type ArrayLayout,
  layoutArray,
  macroAt,
  macroBeside,
  macroNear,
  macroNumber,
  type Rect,
  type Room,
  selectionOf,
} from './array-layout.ts';
import {
  between,
  type Camera,
  fit,
  limited,
  type Margins,
  panBy,
  type Size,
  toWorld,
  zoomAbout,
} from './camera.ts';
import { animationMs, bringIntoSight, freeMiddle, type Sight, zoomOnto } from './camera-moves.ts';
import { type CameraActions, listenToInput } from './camera-input.ts';
import { arrayHint, type CellAt, describeMacro, pointableCell } from './describe-macro.ts';
import { adoptStyles, isDark } from '../../ui/dom.ts';
import type { Figure } from './array-figures.ts';
import { drawLegend } from './array-legend.ts';
import { captionOf, drawLayerTable } from './array-table.ts';
import css from './macro-array.css?inline';
import type { MacroArrayOptions, MacroArrayView, MacroSelection } from './macro-array-types.ts';
import { type DeviceSource, maxLosses, openDrawingDevice, openPainter } from './open-painter.ts';
import type { Painter } from './painter.ts';
import { darkTheme, lightTheme, type Theme } from './palette.ts';
import { type ArrayParts, makeParts } from './array-parts.ts';

/** Draws a macro array into `parent`, which is in the document. */
export function drawMacroArray(
  parent: HTMLElement,
  array: MacroArray,
  options: MacroArrayOptions = {},
): MacroArrayView {
  return new ArrayView(parent, array, options);
}

class ArrayView implements MacroArrayView {
  readonly element: HTMLElement;
  readonly ready: Promise<void>;
  readonly #parts: ArrayParts;
  readonly #stop = new AbortController();
  readonly #onSelect: MacroArrayOptions['onSelect'];
  readonly #source: DeviceSource;
  #ownDevice: GPUDevice | undefined;
  #array: MacroArray;
  #layout: ArrayLayout;
  #figure: Figure;
  #theme: Theme = darkTheme;
  #painter: Painter | undefined;
  #losses = 0;
  #size: Size = { width: 1, height: 1 };
  #whole: Camera;
  #camera: Camera;
  #hovered = -1;
  #chosen = -1;
  #cell: CellAt | undefined;
  #pending = 0;
  #animation = 0;

  constructor(parent: HTMLElement, array: MacroArray, options: MacroArrayOptions) {
    this.#array = array;
    this.#figure = options.figure ?? 'density';
    this.#onSelect = options.onSelect;
    this.#source = options.device ?? (() => this.#openOwn());
    this.#parts = makeParts(this.#figure, {
      colourBy: (figure) => this.colourBy(figure),
      zoom: (factor) => this.#actions.zoom(undefined, factor),
      showAll: () => this.show('all'),
    });
    this.element = this.#parts.element;
    parent.append(this.element);
    adoptStyles(this.element, css);
    this.#size = this.#measure();
    this.#layout = layoutArray(array, this.#room());
    this.#whole = this.#camera = fit(this.#layoutRect(), this.#size, this.#margins());
    this.#describeArray();
    listenToInput(this.#parts.stage, this.#actions, this.#stop.signal);
    this.#watch();
    this.ready = this.#open();
  }

  get drawnWith(): 'webgpu' | '2d' | 'none' {
    return this.#painter?.kind ?? 'none';
  }

  get liveBuffers(): number {
    return this.#painter?.liveBuffers ?? 0;
  }

  get camera(): Camera {
    return this.#camera;
  }

  update(array: MacroArray): void {
    const isSameShape = array.fillings.length === this.#array.fillings.length;
    this.#array = array;
    if (!isSameShape) this.#chosen = -1;
    this.#hovered = -1;
    this.#relayout(!isSameShape);
    this.#describeArray();
  }

  colourBy(figure: Figure): void {
    this.#figure = figure;
    this.#parts.figure.value = figure;
    this.#drawLegend();
    this.#request();
  }

  select(selection: MacroSelection | undefined): void {
    this.#chosen = selection ? macroNumber(this.#layout, selection) : -1;
    this.#cell = undefined;
    this.#describe();
    this.#request();
  }

  show(target: 'all' | { readonly layer: number } | MacroSelection): void {
    const rect = target === 'all' ? this.#layoutRect() : this.#rectOf(target);
    if (rect) this.#moveTo(fit(rect, this.#size, this.#margins()));
  }

  destroy(): void {
    this.#stop.abort();
    cancelAnimationFrame(this.#pending);
    cancelAnimationFrame(this.#animation);
    this.#painter?.destroy();
    this.#ownDevice?.destroy();
    this.#ownDevice = undefined;
    this.element.remove();
  }

  readonly #actions: CameraActions = {
    pan: (dx, dy) => this.#jumpTo(panBy(this.#camera, dx, dy)),
    zoom: (place, factor) => {
      if (place) this.#jumpTo(zoomAbout(this.#camera, this.#size, place, factor));
      else this.#moveTo(zoomOnto(this.#sight(), this.#layout.macros[this.#macroInMind()], factor));
    },
    walk: (dx, dy) => this.#walk(dx, dy),
    showAll: () => this.show('all'),
    hover: (place) => this.#hover(place),
    choose: (place) => this.#choose(place),
    unchoose: () => this.#setChosen(-1, undefined),
  };

  #sight(): Sight {
    return { camera: this.#camera, size: this.#size, margins: this.#margins() };
  }

  /** The chosen macro, else the one that is nearest to the middle. */
  #macroInMind(): number {
    if (this.#chosen >= 0) return this.#chosen;
    const middle = freeMiddle(this.#size, this.#margins());
    return macroNear(this.#layout, ...toWorld(this.#camera, this.#size, ...middle));
  }

  /** Chooses the next macro to a side, and brings it into view. */
  #walk(dx: number, dy: number): void {
    const from = this.#macroInMind();
    const next = this.#chosen < 0 ? from : macroBeside(this.#layout, from, { dx, dy });
    this.#setChosen(next, undefined);
    const placed = this.#layout.macros[next];
    const camera = placed && bringIntoSight(this.#sight(), placed);
    if (camera) this.#moveTo(camera);
  }

  async #openOwn(): Promise<GPUDevice | undefined> {
    this.#ownDevice = await openDrawingDevice();
    if (this.#stop.signal.aborted) this.#ownDevice?.destroy();
    return this.#ownDevice;
  }

  async #open(): Promise<void> {
    const open = await openPainter(this.#nextSource(), () => this.#parts.newCanvas());
    if (this.#stop.signal.aborted) {
      open?.painter.destroy();
      return;
    }
    if (!open) {
      this.#parts.showTableOnly('No canvas works here; the table has what the picture shows.');
      return;
    }
    this.#painter = open.painter;
    open.painter.setScene({ array: this.#array, layout: this.#layout });
    this.#note(open.reason);
    this.#resize();
    this.#draw();
    void open.lost?.then(() => this.#reopen(open.painter));
  }

  /** After a loss: a new device draws on; one that was handed in cannot be asked for again, so one is opened. */
  async #reopen(painter: Painter): Promise<void> {
    if (this.#stop.signal.aborted || this.#painter !== painter) return;
    painter.destroy();
    this.#painter = undefined;
    this.#losses += 1;
    await this.#open();
  }

  #nextSource(): DeviceSource {
    if (this.#losses > maxLosses) return () => Promise.resolve(undefined);
    const isGone = this.#losses > 0 && typeof this.#source !== 'function';
    return isGone ? () => this.#openOwn() : this.#source;
  }

  #note(reason: string | undefined): void {
    const lacks = this.#painter?.lacks;
    const why = reason === undefined ? '' : ` (${reason})`;
    this.#parts.note.textContent = lacks === undefined ? '' : `${lacks}${why}`;
  }

  #watch(): void {
    const { signal } = this.#stop;
    const observer = new ResizeObserver(() => {
      this.#resize();
      this.#draw();
    });
    observer.observe(this.#parts.stage);
    signal.addEventListener('abort', () => observer.disconnect());
    matchMedia('(prefers-color-scheme: dark)').addEventListener(
      'change',
      () => {
        this.#drawLegend();
        this.#request();
      },
      { signal },
    );
  }

  #measure(): Size {
    const { clientWidth, clientHeight } = this.#parts.stage;
    return { width: Math.max(1, clientWidth), height: Math.max(1, clientHeight) };
  }

  #margins(): Margins {
    return { left: this.#size.width < 480 ? 62 : 84, top: 20 };
  }

  #room(): Room {
    const { left, top } = this.#margins();
    const width = Math.max(1, this.#size.width - left);
    return { width, height: Math.max(1, this.#size.height - top), names: left };
  }

  #layoutRect(): Rect {
    return { x: 0, y: 0, width: this.#layout.width, height: this.#layout.height };
  }

  /** Fits canvas and layout to the stage; the part that was seen is seen again. */
  #resize(): void {
    const [size, canvas] = [this.#measure(), this.#parts.canvas()];
    const width = Math.round(size.width * devicePixelRatio);
    const height = Math.round(size.height * devicePixelRatio);
    if (canvas && (canvas.width !== width || canvas.height !== height)) {
      canvas.width = width;
      canvas.height = height;
    }
    if (size.width === this.#size.width && size.height === this.#size.height) return;
    const seesAll = Math.abs(this.#camera.scale / this.#whole.scale - 1) < 1e-6;
    this.#size = size;
    this.#parts.setMargins(this.#margins());
    this.#relayout(seesAll);
  }

  #relayout(showAll: boolean): void {
    const before = this.#layout;
    this.#layout = layoutArray(this.#array, this.#room());
    this.#whole = fit(this.#layoutRect(), this.#size, this.#margins());
    const isMoved = before.width !== this.#layout.width || before.height !== this.#layout.height;
    this.#camera =
      showAll || isMoved ? this.#whole : limited(this.#camera, this.#layout, this.#whole);
    this.#parts.labels.setScene(this.#array, this.#layout);
    this.#painter?.setScene({ array: this.#array, layout: this.#layout });
    this.#request();
  }

  #describeArray(): void {
    this.#parts.setMargins(this.#margins());
    this.#parts.labels.setScene(this.#array, this.#layout);
    this.#parts.setTable(drawLayerTable(this.#array, (layer) => this.show({ layer })));
    this.#parts.setLabel(`${captionOf(this.#array)}, as a picture to move about in`);
    this.#drawLegend();
    this.#describe();
  }

  #drawLegend(): void {
    this.#theme = isDark(this.element) ? darkTheme : lightTheme;
    this.#parts.legend.replaceChildren(drawLegend(this.#array, this.#figure, this.#theme));
  }

  #rectOf(target: { readonly layer: number } | MacroSelection): Rect | undefined {
    if ('filling' in target) return this.#layout.macros[macroNumber(this.#layout, target)];
    return this.#layout.sections[target.layer];
  }

  #hover(place: readonly [number, number] | undefined): void {
    const [x, y] = place ? toWorld(this.#camera, this.#size, ...place) : [-1, -1];
    const hovered = place ? macroAt(this.#layout, x, y) : -1;
    const isSame = hovered === this.#hovered;
    this.#hovered = hovered;
    this.#describe(hovered < 0 ? undefined : this.#cellAt(hovered, x, y));
    if (!isSame) this.#request();
  }

  #choose(place: readonly [number, number] | undefined): void {
    const [x, y] = toWorld(
      this.#camera,
      this.#size,
      ...(place ?? freeMiddle(this.#size, this.#margins())),
    );
    const found = macroAt(this.#layout, x, y);
    if (found < 0 && !place) this.#setChosen(this.#macroInMind(), undefined);
    else this.#setChosen(found, found < 0 ? undefined : this.#cellAt(found, x, y));
  }

  #setChosen(number: number, cell: CellAt | undefined): void {
    this.#chosen = number;
    this.#cell = cell;
    const placed = this.#layout.macros[number];
    this.#describe(cell);
    this.#request();
    this.#onSelect?.(placed && { ...selectionOf(placed), cell });
  }

  #cellAt(number: number, x: number, y: number): CellAt | undefined {
    const placed = this.#layout.macros[number];
    if (!placed || this.#camera.scale < pointableCell) return undefined;
    const bitLine = Math.floor((x - placed.x) / this.#layout.cellWidth);
    return { row: Math.floor(y - placed.y), bitLine };
  }

  #describe(cell?: CellAt): void {
    const placed = this.#layout.macros[this.#hovered < 0 ? this.#chosen : this.#hovered];
    const text = placed ? describeMacro(this.#array, placed, cell) : arrayHint;
    const shown = shownText(text);
    if (this.#parts.status.textContent !== shown) this.#parts.status.textContent = shown;
  }

  #jumpTo(camera: Camera): void {
    cancelAnimationFrame(this.#animation);
    this.#camera = limited(camera, this.#layout, this.#whole);
    this.#request();
  }

  /** As {@link #jumpTo}, in a short glide where motion is welcome. */
  #moveTo(target: Camera): void {
    cancelAnimationFrame(this.#animation);
    const to = limited(target, this.#layout, this.#whole);
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.#jumpTo(to);
      return;
    }
    const [from, start] = [this.#camera, performance.now()];
    const step = (now: number): void => {
      const share = Math.min(1, Math.max(0, (now - start) / animationMs));
      this.#camera = share === 1 ? to : between(from, to, share * share * (3 - 2 * share));
      this.#draw();
      if (share < 1) this.#animation = requestAnimationFrame(step);
    };
    this.#animation = requestAnimationFrame(step);
  }

  #request(): void {
    if (this.#pending !== 0) return;
    this.#pending = requestAnimationFrame(() => {
      this.#pending = 0;
      this.#draw();
    });
  }

  #draw(): void {
    if (this.#stop.signal.aborted) return;
    this.#parts.labels.move(this.#camera, this.#size, this.#margins());
    const looked = { array: this.#array, layout: this.#layout, ...this.#sight() };
    this.#parts.names.move(looked, this.#macroInMind(), this.#chosen, this.#cell);
    this.#painter?.draw({
      camera: this.#camera,
      size: this.#size,
      pixelRatio: devicePixelRatio,
      figure: this.#figure,
      theme: this.#theme,
      hovered: this.#hovered,
      chosen: this.#chosen,
    });
  }
}
