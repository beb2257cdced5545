// Kernels are imported as the base64 of their WebAssembly; tools/assembly.ts compiles them.

declare module '*/assembly/index.ts?wasm' {
  const base64: string;
  export default base64;
}

declare module '*/assembly/index.ts?wasm-relaxed' {
  const base64: string;
  export default base64;
}

declare module '*?bundled' {
  const code: string;
  export default code;
}
