// The decoders of pictures, as far as they are used; tools/codecs.ts gives their WebAssembly.

declare module '@jsquash/*.wasm?packed' {
  /** Packed with gzip, as base64. */
  const packed: string;
  export default packed;
}

declare module '@jsquash/jpeg/decode.js' {
  /** Makes the decoder, whose complaints go to `printErr`; again: a new one. */
  export function init(
    module: WebAssembly.Module,
    options: { readonly printErr: (text: string) => void },
  ): Promise<void>;
  export default function decode(bytes: Uint8Array): Promise<{
    readonly data: Uint8ClampedArray;
    readonly width: number;
    readonly height: number;
  }>;
}

declare module '@jsquash/webp/decode.js' {
  export function init(
    module: WebAssembly.Module,
    options: { readonly printErr: (text: string) => void },
  ): Promise<void>;
  export default function decode(bytes: Uint8Array): Promise<{
    readonly data: Uint8ClampedArray;
    readonly width: number;
    readonly height: number;
  }>;
}

declare module '@jsquash/png/decode.js' {
  export function init(module: WebAssembly.Module): Promise<unknown>;
  export default function decode(bytes: Uint8Array): Promise<{
    readonly data: Uint8ClampedArray;
    readonly width: number;
    readonly height: number;
  }>;
}

declare module 'd3-dsv' {
  /** Rows of fields. */
  export function csvParseRows(text: string): string[][];
}
