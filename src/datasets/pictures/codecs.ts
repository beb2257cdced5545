// The decoders of pictures: libjpeg (MozJPEG), libwebp and the png crate as WebAssembly (jSquash), the same in Node and in browsers, so
// that a file gives the same bytes everywhere. Each is loaded when the first picture of its kind is opened.

import type { PictureKind } from './picture-header.ts';

/** A picture: red, green, blue and opacity of each pixel. */
export interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** Decodes a file; throws anything where it is damaged. */
type Decoder = (bytes: Uint8Array) => Promise<Decoded>;

const open: Readonly<Record<PictureKind, () => Promise<Decoder>>> = {
  jpg: async () => {
    const { default: decode, init } = await import('@jsquash/jpeg/decode.js');
    const { default: packed } = await import('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm?packed');
    return complaining(await compiled(packed), init, decode);
  },
  webp: async () => {
    const { default: decode, init } = await import('@jsquash/webp/decode.js');
    const { default: packed } = await import('@jsquash/webp/codec/dec/webp_dec.wasm?packed');
    return complaining(await compiled(packed), init, decode);
  },
  png: async () => {
    const { default: decode, init } = await import('@jsquash/png/decode.js');
    const { default: packed } = await import('@jsquash/png/codec/pkg/squoosh_png_bg.wasm?packed');
    await init(await compiled(packed));
    return decode;
  },
};

const opened = new Map<PictureKind, Promise<Decoder>>();

/** The decoder of a kind, loaded once. */
export function decoderOf(kind: PictureKind): Promise<Decoder> {
  const known = opened.get(kind);
  if (known) return known;
  const opening = open[kind]();
  opened.set(kind, opening);
  // A later call may have better luck with the network.
  opening.catch(() => opened.delete(kind));
  return opening;
}

async function compiled(packed: string): Promise<WebAssembly.Module> {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return await WebAssembly.compile(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/**
 * libjpeg complains of bytes behind the picture, which many files have: they change no pixel. Of anything else it makes what it can of
 * the file, with grey where there is nothing.
 */
const isHarmless = (complaint: string): boolean =>
  /extraneous bytes before marker 0xd9/.test(complaint);

/** A decoder that throws what its library only prints, and that is made anew after a failure, for that ends it. */
async function complaining(
  module: WebAssembly.Module,
  init: (
    module: WebAssembly.Module,
    options: { readonly printErr: (text: string) => void },
  ) => Promise<void>,
  decode: Decoder,
): Promise<Decoder> {
  const complaints: string[] = [];
  const begin = (): Promise<void> =>
    init(module, { printErr: (text) => void complaints.push(text) });
  await begin();
  return async (bytes) => {
    complaints.length = 0;
    try {
      const decoded = await decode(bytes);
      const complaint = complaints.find((text) => !isHarmless(text));
      if (complaint === undefined) return decoded;
      throw new Error(complaint);
    } catch (cause) {
      await begin();
      throw new Error(complaints[0] ?? (cause instanceof Error ? cause.message : 'damaged'), {
        cause,
      });
    }
  };
}
