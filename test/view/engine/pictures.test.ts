import { describe, expect, it } from 'vitest';
import {
  classOf,
  isPicture,
  type OpenPicture,
  readPictures,
} from '../../../src/view/engine/pictures.ts';
import { caught } from '../../support/caught.ts';

const file = (name: string): { name: string; bytes: Uint8Array } => ({
  name,
  bytes: new Uint8Array(),
});
const digits = { dataset: 'mnist', classes: 10, input: { height: 1, width: 2, channels: 1 } };
const cifar = { dataset: 'cifar10', classes: 10, input: { height: 1, width: 2, channels: 3 } };

/** Two pixels: one of the primary colour that the file's name ends with, one grey. */
const open: OpenPicture = ({ name }) => {
  const place = ['red', 'green', 'blue'].findIndex((colour) => name.includes(colour));
  const rgba = new Uint8ClampedArray([0, 0, 0, 255, 90, 90, 90, 255]);
  rgba[place] = 255;
  return Promise.resolve(rgba);
};

describe('pictures as test images', () => {
  it('are known by their names', () => {
    expect(['a.png', 'b.JPEG', 'c.webp'].every((name) => isPicture({ name }))).toBe(true);
    expect(['a.bin', 'png', 'c.png.json'].some((name) => isPicture({ name }))).toBe(false);
  });

  it.each([
    ['7.png', digits, 7],
    ['0-mine.png', digits, 0],
    ['cat.png', cifar, 3],
    ['Truck2.jpg', cifar, 9],
    ['8_a_boat.png', cifar, 8],
  ])('%s says its class', (name, target, label) => {
    expect(classOf(name, target)).toBe(label);
  });

  it.each([
    ['10.png', digits],
    ['cat.png', digits],
    ['mine-7.png', digits],
    ['.png', digits],
    ['boat.png', cifar],
  ])('%s does not, and is refused', (name, target) => {
    const error = caught(() => classOf(name, target));

    expect(error).toMatchObject({ kind: 'input', where: ['images', name] });
    expect(String(error)).toContain('0 to 9');
  });

  it('have the colours of their pixels, or their brightness', async () => {
    const files = ['1-red.png', '2-green.png', '3-blue.png'].map(file);

    const colour = await readPictures(files, cifar, open);
    const grey = await readPictures(files, digits, open);

    expect(Array.from(colour.images.data)).toEqual(
      [
        [255, 0, 0],
        [0, 255, 0],
        [0, 0, 255],
      ].flatMap((primary) => [...primary, 90, 90, 90]),
    );
    expect(Array.from(grey.images.data)).toEqual([76, 90, 150, 90, 29, 90]);
    expect(grey.images).toMatchObject({ images: 3, height: 1, width: 2, channels: 1, bits: 8 });
    expect(Array.from(grey.labels)).toEqual([1, 2, 3]);
    expect(grey.name).toBe('mnist pictures');
  });
});
