// The few globals that every runtime of ours has (browsers, workers, Node) and that the pure fence may use.
// Only tsconfig.pure.json and tsconfig.gpu.json see this file; the other fences have their own fuller types.

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean });
  decode(input: Uint8Array): string;
}

declare class TextEncoder {
  encode(input: string): Uint8Array;
}

/** Bytes of base64 as text of Latin-1. */
declare function atob(base64: string): string;

/** Bytes as a stream, to be unpacked: nothing else of these three is used. */
declare class Blob {
  constructor(parts: readonly Uint8Array[]);
  stream(): ByteStream;
}
interface ByteStream {
  pipeThrough(through: DecompressionStream): ByteStream;
}
declare class DecompressionStream {
  readonly readable: ByteStream;
  constructor(format: 'gzip');
}
declare class Response {
  constructor(body: ByteStream);
  arrayBuffer(): Promise<ArrayBuffer>;
}
