// Which files are pictures, by their names. Apart, so that whoever only sorts files loads no decoder.

/** Whether a file is a picture that is read: JPEG, PNG, WebP, or an array of NumPy or ONNX. */
export const isPictureFile = (path: string): boolean => /\.(jpe?g|png|webp|npy|pb)$/i.test(path);

/** Whether it is one that other tools read: to leave it out unseen would change a data set. */
export const isOtherPicture = (path: string): boolean =>
  /\.(bmp|gif|avif|heic|tiff?|jp2|jxl|p[bgnp]m)$/i.test(path);
