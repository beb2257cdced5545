// WebAssembly, as far as it is used here. Libraries of browsers declare it all, those of Node nothing: only fences without
// a DOM see this file.

declare namespace WebAssembly {
  class Module {
    private readonly module: never;
  }
  class Instance {
    readonly exports: object;
    constructor(module: Module, imports?: object);
  }
  function compile(bytes: Uint8Array): Promise<Module>;
  function validate(bytes: Uint8Array): boolean;
}
