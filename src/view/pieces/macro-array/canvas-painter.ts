// Draws the macro array on a 2D canvas, where there is no WebGPU: rectangles in the colours of the figure, no cells.

import { figures } from './array-figures.ts';
import { toPixel } from './camera.ts';
import { type Frame, type Painter, scaledRanges, scaledValues, type Scene } from './painter.ts';
import { type Colour, cssColour, layerColour, scaleColour } from './palette.ts';
import { heldBy, type Rect } from './array-layout.ts';

/**
 * A painter on a canvas.
 * @throws when the canvas gives no 2D context
 */
export function openCanvasPainter(canvas: HTMLCanvasElement): Painter {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('the canvas has no 2D context');
  let scene: Scene | undefined;
  let values: readonly (readonly number[])[] = [];
  return {
    kind: '2d',
    liveBuffers: 0,
    lacks: 'There is no WebGPU here, so macros are drawn without their cells.',
    setScene: (next) => {
      scene = next;
      const ranges = scaledRanges(next.array);
      values = next.layout.macros.map((placed) => scaledValues(next, placed, ranges));
    },
    draw: (frame) => {
      if (scene) drawScene(context, scene, values, frame);
    },
    destroy: () => {
      scene = undefined;
      values = [];
      context.clearRect(0, 0, canvas.width, canvas.height);
    },
  };
}

function drawScene(
  context: CanvasRenderingContext2D,
  scene: Scene,
  values: readonly (readonly number[])[],
  frame: Frame,
): void {
  const { camera, size, theme, pixelRatio } = frame;
  const { layout } = scene;
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  const boxOf = (rect: Rect): readonly [number, number, number, number] => [
    ...toPixel(camera, size, rect.x, rect.y),
    rect.width * camera.scale,
    rect.height * camera.scale,
  ];
  context.fillStyle = cssColour(theme.panel);
  for (const panel of layout.panels) context.fillRect(...boxOf(panel));
  layout.macros.forEach((placed, number) => {
    const colour = colourOf(scene, values[number] ?? [], number, frame);
    const slots = heldBy(scene.array, placed)?.filling.codes.length ?? 0;
    const height = (placed.height * slots) / scene.array.groupSlots;
    context.fillStyle = cssColour(theme.empty);
    context.fillRect(...boxOf(placed));
    context.fillStyle = cssColour(colour);
    context.fillRect(...boxOf({ ...placed, height }));
  });
  for (const [number, colour] of [
    [frame.chosen, theme.chosen],
    [frame.hovered, theme.hovered],
  ] as const) {
    const placed = layout.macros[number];
    if (!placed) continue;
    const [x, y, width, height] = boxOf(placed);
    context.lineWidth = 2;
    context.strokeStyle = cssColour(colour);
    context.strokeRect(x - 2, y - 2, width + 4, height + 4);
  }
}

function colourOf(
  { array, layout }: Scene,
  values: readonly number[],
  number: number,
  { figure, theme }: Frame,
): Colour {
  const placed = layout.macros[number];
  const held = placed && heldBy(array, placed);
  if (!held?.filling.macros.some((one) => one.macro === placed?.macro)) return theme.empty;
  if (figure === 'layer') return layerColour(theme, held.filling.layer);
  const value = values[figures.indexOf(figure)] ?? -1;
  return value < 0 ? theme.unknown : scaleColour(theme, value);
}
