// Opens pictures as browsers do, in a worker too.

import { CimError } from '../../core/errors.ts';
import type { OpenPicture } from './pictures.ts';

/**
 * Opens a picture of any kind that the browser knows.
 * @throws {CimError} (input) when it is none
 */
export const openPicture: OpenPicture = async ({ name, bytes }, { height, width }) => {
  const context = new OffscreenCanvas(width, height).getContext('2d');
  try {
    const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]), {
      resizeWidth: width,
      resizeHeight: height,
      resizeQuality: 'high',
      colorSpaceConversion: 'none',
    });
    context?.fillRect(0, 0, width, height);
    context?.drawImage(bitmap, 0, 0);
    bitmap.close();
  } catch (cause) {
    throw new CimError('input', {
      what: `"${name}" is no picture that this browser can open`,
      where: ['images', name],
      todo: 'give a PNG or JPEG file',
      cause,
    });
  }
  if (context) return context.getImageData(0, 0, width, height).data;
  throw new CimError('input', { what: 'this browser draws no pictures', where: ['images', name] });
};
