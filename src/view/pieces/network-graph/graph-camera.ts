// What of a network's graph is seen: pixel = scale * place + offset. Plain values and functions.

import type { GraphLayout, PlacedNode } from './layout-graph.ts';
import { cardSize } from './layout-graph.ts';

/** What is seen. */
export interface GraphCamera {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** Of the picture, CSS pixels. */
export interface GraphSize {
  readonly width: number;
  readonly height: number;
}

const scales = { least: 0.08, most: 2 } as const;
/** Below this, names can hardly be read; so the first look stays above it. */
const readable = 0.75;
const margin = 16;

/** All of the graph, as large as it fits and no larger than it is. */
export function wholeGraph(layout: GraphLayout, { width, height }: GraphSize): GraphCamera {
  const scale = Math.min(
    1,
    (width - 2 * margin) / layout.width,
    (height - 2 * margin) / layout.height,
  );
  return {
    scale,
    x: (width - scale * layout.width) / 2,
    y: (height - scale * layout.height) / 2,
  };
}

/** All of it where that can be read; else its beginning. */
export function firstLook(layout: GraphLayout, size: GraphSize): GraphCamera {
  const whole = wholeGraph(layout, size);
  if (whole.scale >= readable) return whole;
  const scale = Math.max(readable, Math.min(1, (size.height - 2 * margin) / layout.height));
  return { scale, x: margin, y: (size.height - scale * layout.height) / 2 };
}

/** Enlarged about a pixel, which goes on showing the same place. */
export function zoomGraph(camera: GraphCamera, x: number, y: number, factor: number): GraphCamera {
  const scale = Math.min(scales.most, Math.max(scales.least, camera.scale * factor));
  const ratio = scale / camera.scale;
  return { scale, x: x - ratio * (x - camera.x), y: y - ratio * (y - camera.y) };
}

/** Moved by pixels, some of the graph staying in sight. */
export function panGraph(
  camera: GraphCamera,
  [dx, dy]: readonly [number, number],
  layout: GraphLayout,
  size: GraphSize,
): GraphCamera {
  const kept = (offset: number, length: number, room: number): number =>
    Math.min(room - 3 * margin, Math.max(3 * margin - camera.scale * length, offset));
  return {
    ...camera,
    x: kept(camera.x + dx, layout.width, size.width),
    y: kept(camera.y + dy, layout.height, size.height),
  };
}

/** Moved just so far that a card is in sight. */
export function cardInSight(
  camera: GraphCamera,
  { x, y }: PlacedNode,
  size: GraphSize,
): GraphCamera {
  const moved = (offset: number, middle: number, length: number, room: number): number => {
    const low = offset + camera.scale * (middle - length / 2);
    const high = offset + camera.scale * (middle + length / 2);
    if (low < margin) return offset + margin - low;
    return high > room - margin ? offset - (high - room + margin) : offset;
  };
  return {
    ...camera,
    x: moved(camera.x, x, cardSize.width, size.width),
    y: moved(camera.y, y, cardSize.height, size.height),
  };
}
