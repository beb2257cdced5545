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
