// The few globals that every runtime of ours has (browsers, workers, Node) and that the pure fence may use.
// Only tsconfig.pure.json and tsconfig.gpu.json see this file; the other fences have their own fuller types.

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean });
  decode(input: Uint8Array): string;
}

declare class TextEncoder {
  encode(input: string): Uint8Array;
}

/** WebAssembly, as far as src/wasm uses it. */
declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer;
    constructor(size: { initial: number });
    grow(pages: number): number;
  }
  class Module {
    private readonly module: never;
  }
  class Instance {
    readonly exports: Record<string, unknown>;
    constructor(module: Module, imports?: object);
  }
  function compile(bytes: BufferSource): Promise<Module>;
  function validate(bytes: BufferSource): boolean;
}

/** Bytes of base64 as text of Latin-1. */
declare function atob(base64: string): string;
