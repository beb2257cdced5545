// The camera over the macro array: which part of the world is seen, and how large. Plain values and functions.

import { mat3d, vec2d } from 'wgpu-matrix';
import type { Rect } from './array-layout.ts';

/** What is seen. */
export interface Camera {
  /** The point of the world in the middle of the picture. */
  readonly x: number;
  readonly y: number;
  /** CSS pixels per world unit. */
  readonly scale: number;
}

/** Sizes in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** CSS pixels at the left and top that labels take. */
export interface Margins {
  readonly left: number;
  readonly top: number;
}

/** Largest size of a cell's height, CSS pixels. */
const largestScale = 40;

/** The matrix from the world to CSS pixels of the picture. In doubles: single precision would lose cells far out. */
function pixelMatrix(camera: Camera, size: Size): Float64Array {
  const matrix = mat3d.translation([size.width / 2, size.height / 2]);
  mat3d.scale(matrix, [camera.scale, camera.scale], matrix);
  return mat3d.translate(matrix, [-camera.x, -camera.y], matrix);
}

/** The matrix from the world to clip space. */
function clipMatrix(camera: Camera, size: Size): Float64Array {
  const clip = mat3d.translation([-1, 1]);
  mat3d.scale(clip, [2 / size.width, -2 / size.height], clip);
  return mat3d.multiply(clip, pixelMatrix(camera, size));
}

/** What a world unit is in clip space, which goes from -1 to 1 and upwards: to the right, and down. */
export function clipScale(camera: Camera, size: Size): readonly [number, number] {
  // Columns of three numbers stand on four.
  const { 0: right = 0, 5: down = 0 } = clipMatrix(camera, size);
  return [right, down];
}

/** The pixel at which a point of the world is seen. */
export function toPixel(
  camera: Camera,
  size: Size,
  x: number,
  y: number,
): readonly [number, number] {
  const [px = 0, py = 0] = vec2d.transformMat3([x, y], pixelMatrix(camera, size));
  return [px, py];
}

/** The point of the world that is seen at a pixel. */
export function toWorld(
  camera: Camera,
  size: Size,
  px: number,
  py: number,
): readonly [number, number] {
  const [x = 0, y = 0] = vec2d.transformMat3([px, py], mat3d.inverse(pixelMatrix(camera, size)));
  return [x, y];
}

/** The camera that sees all of `rect` beside the margins, filling at most `share` of the picture. */
export function fit(rect: Rect, size: Size, margins: Margins, share = 0.96): Camera {
  const width = Math.max(1, size.width - margins.left);
  const height = Math.max(1, size.height - margins.top);
  const scale = Math.min(
    largestScale,
    (share * width) / rect.width,
    (share * height) / rect.height,
  );
  return {
    scale,
    x: rect.x + rect.width / 2 - margins.left / 2 / scale,
    y: rect.y + rect.height / 2 - margins.top / 2 / scale,
  };
}

/** Enlarged by `factor` about a pixel, which goes on showing the same point. */
export function zoomAbout(
  camera: Camera,
  size: Size,
  pixel: readonly [number, number],
  factor: number,
): Camera {
  const [x, y] = toWorld(camera, size, ...pixel);
  const scale = camera.scale * factor;
  return {
    scale,
    x: x - (pixel[0] - size.width / 2) / scale,
    y: y - (pixel[1] - size.height / 2) / scale,
  };
}

/** Moved so that the picture moves by pixels. */
export const panBy = (camera: Camera, dx: number, dy: number): Camera => ({
  ...camera,
  x: camera.x - dx / camera.scale,
  y: camera.y - dy / camera.scale,
});

/** Kept within the world, no smaller than half of `whole` and no larger than cells can be. */
export function limited(camera: Camera, world: Size, whole: Camera): Camera {
  const scale = Math.min(largestScale, Math.max(whole.scale / 2, camera.scale));
  return {
    scale,
    x: Math.min(world.width, Math.max(0, camera.x)),
    y: Math.min(world.height, Math.max(0, camera.y)),
  };
}

/** Between two cameras, `share` of the way: sizes grow by equal ratios. */
export function between(from: Camera, to: Camera, share: number): Camera {
  const ratio = to.scale / from.scale;
  const scale = from.scale * ratio ** share;
  // The middle goes as it would if the picture were zoomed about a fixed point.
  const way =
    Math.abs(ratio - 1) < 1e-3 ? share : (1 - from.scale / scale) / (1 - from.scale / to.scale);
  return { scale, x: from.x + way * (to.x - from.x), y: from.y + way * (to.y - from.y) };
}
