// Draws the macro array with WebGPU: all macros in one instanced draw, then the frames of two of them.

import code from '../../../../shaders/view/macro-array.wgsl?raw';
import type { MacroArray } from '../../../inspect/macro-array.ts';
import { heldBy } from './array-layout.ts';
import { clipScale } from './camera.ts';
import { figures } from './array-figures.ts';
import { type Frame, type Painter, scaledRanges, scaledValues, type Scene } from './painter.ts';
import { paletteOf, type Theme } from './palette.ts';
import { viewLayout } from './view-uniform.ts';

/** Bytes of `PlacedMacro` in the shader, and its marks. */
const placedBytes = 48;
const panelRows = 0xffffffff;
const none = 0xffffffff;

/**
 * A painter on a canvas.
 * @throws when the canvas gives no WebGPU context, or the device does not compile the shader
 */
export async function openGpuPainter(
  device: GPUDevice,
  canvas: HTMLCanvasElement,
  format: GPUTextureFormat,
): Promise<Painter> {
  const context = canvas.getContext('webgpu');
  if (!context) throw new Error('the canvas has no WebGPU context');
  context.configure({ device, format, alphaMode: 'premultiplied' });
  const module = device.createShaderModule({ label: 'macro-array', code });
  const group = device.createBindGroupLayout({
    label: 'macro-array',
    entries: [
      { binding: 0, visibility: 3, buffer: { type: 'uniform' } },
      ...[1, 2, 3].map((binding) => ({
        binding,
        visibility: 3,
        buffer: { type: 'read-only-storage' as const },
      })),
    ],
  });
  const pipeline = (vertex: string, fragment: string): Promise<GPURenderPipeline> =>
    device.createRenderPipelineAsync({
      label: `macro-array.${fragment}`,
      layout: device.createPipelineLayout({ bindGroupLayouts: [group] }),
      vertex: { module, entryPoint: vertex },
      fragment: { module, entryPoint: fragment, targets: [{ format, blend: overBlend }] },
      primitive: { topology: 'triangle-strip' },
    });
  const [macros, frames] = await Promise.all([
    pipeline('macro_corner', 'macro_colour'),
    pipeline('frame_corner', 'frame_colour'),
  ]);
  return new GpuPainter(device, context, { group, macros, frames });
}

/** Colours come multiplied with their alpha. */
const over: GPUBlendComponent = { srcFactor: 'one', dstFactor: 'one-minus-src-alpha' };
const overBlend: GPUBlendState = { color: over, alpha: over };

interface Pipelines {
  readonly group: GPUBindGroupLayout;
  readonly macros: GPURenderPipeline;
  readonly frames: GPURenderPipeline;
}

/** Owns the buffers of one canvas; device and canvas stay their owners'. */
class GpuPainter implements Painter {
  readonly kind = 'webgpu' as const;
  lacks: string | undefined;
  readonly #device: GPUDevice;
  readonly #context: GPUCanvasContext;
  readonly #pipelines: Pipelines;
  readonly #buffers = new Set<GPUBuffer>();
  readonly #view: GPUBuffer;
  #palette: { readonly theme: Theme; readonly buffer: GPUBuffer } | undefined;
  #placed: GPUBuffer | undefined;
  #cells: GPUBuffer | undefined;
  #scene: Scene | undefined;
  #bindings: GPUBindGroup | undefined;

  constructor(device: GPUDevice, context: GPUCanvasContext, pipelines: Pipelines) {
    this.#device = device;
    this.#context = context;
    this.#pipelines = pipelines;
    this.#view = this.#take('view', viewLayout.byteLength, GPUBufferUsage.UNIFORM);
  }

  get liveBuffers(): number {
    return this.#buffers.size;
  }

  setScene(scene: Scene): void {
    const isSameArray = scene.array === this.#scene?.array;
    this.#scene = scene;
    this.#placed = this.#replace(this.#placed, 'placed', placedMacros(scene));
    if (!isSameArray) this.#setCells(scene.array.cells);
    this.#bindings = undefined;
  }

  draw(frame: Frame): void {
    const scene = this.#scene;
    if (!scene) return;
    this.#setTheme(frame.theme);
    this.#device.queue.writeBuffer(this.#view, 0, this.#viewOf(scene, frame));
    const encoder = this.#device.createCommandEncoder({ label: 'macro-array' });
    const pass = encoder.beginRenderPass({
      label: 'macro-array',
      colorAttachments: [
        {
          view: this.#context.getCurrentTexture().createView(),
          loadOp: 'clear',
          storeOp: 'store',
          clearValue: [0, 0, 0, 0],
        },
      ],
    });
    pass.setBindGroup(0, this.#bind());
    pass.setPipeline(this.#pipelines.macros);
    pass.draw(4, scene.layout.panels.length + scene.layout.macros.length);
    pass.setPipeline(this.#pipelines.frames);
    pass.draw(4, 2);
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers.clear();
    this.#scene = undefined;
    this.#context.unconfigure();
  }

  #setCells(cells: Uint32Array): void {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#device.limits;
    const fits = cells.byteLength <= Math.min(maxStorageBufferBindingSize, maxBufferSize);
    const megabytes = Math.round(cells.byteLength / 2 ** 20);
    this.lacks = fits
      ? undefined
      : `The cells take ${megabytes} MiB, more than this GPU binds at once, so macros are drawn without them.`;
    this.#cells = this.#replace(this.#cells, 'cells', fits ? cells : new Uint32Array(1));
  }

  #setTheme(theme: Theme): void {
    if (this.#palette?.theme === theme) return;
    const buffer = this.#replace(this.#palette?.buffer, 'palette', paletteOf(theme));
    this.#palette = { theme, buffer };
    this.#bindings = undefined;
  }

  #bind(): GPUBindGroup {
    const buffers = [this.#view, this.#placed, this.#cells, this.#palette?.buffer];
    this.#bindings ??= this.#device.createBindGroup({
      label: 'macro-array',
      layout: this.#pipelines.group,
      entries: buffers.flatMap((buffer, binding) =>
        buffer ? [{ binding, resource: { buffer } }] : [],
      ),
    });
    return this.#bindings;
  }

  #viewOf({ array, layout }: Scene, frame: Frame): ArrayBuffer {
    const { camera, size, pixelRatio } = frame;
    const [scaleX, scaleY] = clipScale(camera, size);
    const instance = (macro: number): number => (macro < 0 ? none : layout.panels.length + macro);
    return viewLayout.pack({
      centre_x: camera.x,
      centre_y: camera.y,
      scale_x: scaleX,
      scale_y: scaleY,
      pixels_per_unit: camera.scale * pixelRatio,
      line_pixels: Math.max(1, Math.round(pixelRatio)),
      cell_width: layout.cellWidth,
      bit_lines: array.partitions * array.bitLinesPerPartition,
      bit_lines_per_partition: array.bitLinesPerPartition,
      word_lines: array.wordLines,
      word_lines_on: array.wordLinesOn,
      words_per_row: array.wordsPerRow,
      figure: figures.indexOf(frame.figure),
      hovered: instance(frame.hovered),
      chosen: instance(frame.chosen),
      has_cells: Number(this.lacks === undefined),
    });
  }

  /** A buffer with these contents in the place of `old`. */
  #replace(
    old: GPUBuffer | undefined,
    label: string,
    contents: ArrayBufferView | ArrayBuffer,
  ): GPUBuffer {
    if (old) this.#giveBack(old);
    const bytes =
      contents instanceof ArrayBuffer
        ? new Uint8Array(contents)
        : new Uint8Array(contents.buffer, contents.byteOffset, contents.byteLength);
    const buffer = this.#take(
      label,
      Math.max(bytes.byteLength, placedBytes),
      GPUBufferUsage.STORAGE,
    );
    this.#device.queue.writeBuffer(buffer, 0, bytes as Uint8Array<ArrayBuffer>);
    return buffer;
  }

  #take(label: string, size: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const buffer = this.#device.createBuffer({
      label: `macro-array.${label}`,
      size: Math.ceil(size / 4) * 4,
      usage: usage | GPUBufferUsage.COPY_DST,
    });
    this.#buffers.add(buffer);
    return buffer;
  }

  #giveBack(buffer: GPUBuffer): void {
    buffer.destroy();
    this.#buffers.delete(buffer);
  }
}

/** All instances as the shader's `PlacedMacro`: the panels, then the macros. */
function placedMacros(scene: Scene): ArrayBuffer {
  const { array, layout } = scene;
  const { panels, macros } = layout;
  const view = new DataView(new ArrayBuffer((panels.length + macros.length) * placedBytes));
  const ranges = scaledRanges(array);
  [...panels, ...macros].forEach(({ x, y, width, height }, i) => {
    [x, y, width, height].forEach((value, n) => {
      view.setFloat32(i * placedBytes + 4 * n, value, true);
    });
  });
  panels.forEach(({ layer }, i) => {
    view.setUint32(i * placedBytes + 20, panelRows, true);
    view.setUint32(i * placedBytes + 24, layer, true);
  });
  macros.forEach((placed, i) => {
    const at = (panels.length + i) * placedBytes;
    const held = heldBy(array, placed);
    const filled = held?.filling.macros.find((one) => one.macro === placed.macro);
    view.setUint32(at + 16, filled?.firstRow ?? 0, true);
    view.setUint32(at + 20, rowsOf(array, filled ? held?.filling.codes.length : 0), true);
    view.setUint32(at + 24, held?.filling.layer ?? 0, true);
    // The shader has the last of them, the error, before the vector of the others.
    const values = scaledValues(scene, placed, ranges);
    [...values.slice(-1), ...values.slice(0, -1)].forEach((value, n) => {
      view.setFloat32(at + 28 + 4 * n, value, true);
    });
  });
  return view.buffer;
}

const rowsOf = ({ wordLinesOn }: MacroArray, slots = 0): number => slots * wordLinesOn;
