import { describe, expect, it } from 'vitest';
import {
  between,
  clipScale,
  fit,
  limited,
  panBy,
  toPixel,
  toWorld,
  zoomAbout,
} from '../../../../src/view/pieces/macro-array/camera.ts';

const size = { width: 800, height: 500 };
const camera = { x: 120_000.25, y: -40, scale: 7.5 };

describe('the camera', () => {
  it('sees its middle in the middle of the picture', () => {
    expect(toPixel(camera, size, camera.x, camera.y)).toEqual([400, 250]);
    expect(toPixel(camera, size, camera.x + 10, camera.y - 4)).toEqual([475, 220]);
  });

  it('goes from pixels to the world and back', () => {
    const [x, y] = toWorld(camera, size, 13, 401);

    expect(x).toBeCloseTo(camera.x + (13 - 400) / 7.5, 9);
    expect(y).toBeCloseTo(camera.y + (401 - 250) / 7.5, 9);
  });

  it('has clip space from -1 to 1, upwards', () => {
    const [scaleX, scaleY] = clipScale(camera, size);

    expect(scaleX).toBeCloseTo((2 * 7.5) / 800, 12);
    expect(scaleY).toBeCloseTo((-2 * 7.5) / 500, 12);
  });

  it('keeps what is under the pointer when it zooms', () => {
    const before = toWorld(camera, size, 700, 30);
    const after = toWorld(zoomAbout(camera, size, [700, 30], 3), size, 700, 30);

    expect(after[0]).toBeCloseTo(before[0], 6);
    expect(after[1]).toBeCloseTo(before[1], 6);
  });

  it('moves the picture with the pointer', () => {
    const [x, y] = toPixel(panBy(camera, 30, -12), size, camera.x, camera.y);

    expect([x, y]).toEqual([430, 238]);
  });

  it('fits a rectangle beside the margins', () => {
    const rect = { x: 50, y: 70, width: 4000, height: 100 };
    const seen = fit(rect, size, { left: 100, top: 20 }, 1);

    expect(toPixel(seen, size, 50, 70)[0]).toBeCloseTo(100, 6);
    expect(toPixel(seen, size, 4050, 170)[0]).toBeCloseTo(800, 6);
    expect((toPixel(seen, size, 0, 70)[1] + toPixel(seen, size, 0, 170)[1]) / 2).toBeCloseTo(
      260,
      6,
    );
  });

  it('stays in the world, and between half of the whole and the largest cells', () => {
    const whole = { x: 50, y: 50, scale: 2 };
    const world = { width: 100, height: 100 };

    expect(limited({ x: -5, y: 170, scale: 0.1 }, world, whole)).toEqual({
      x: 0,
      y: 100,
      scale: 1,
    });
    expect(limited({ x: 5, y: 6, scale: 1e6 }, world, whole).scale).toBe(40);
  });

  it('glides about a fixed point when it zooms', () => {
    const to = zoomAbout(camera, size, [100, 100], 20);
    const fixed = toWorld(camera, size, 100, 100);

    for (const share of [0, 0.3, 0.7, 1]) {
      const [x, y] = toPixel(between(camera, to, share), size, ...fixed);
      expect(x).toBeCloseTo(100, 3);
      expect(y).toBeCloseTo(100, 3);
    }
  });
});
