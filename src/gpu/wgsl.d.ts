// Shaders are imported as text; vite/client's own types would pull the DOM into this fence.

declare module '*.wgsl?raw' {
  const code: string;
  export default code;
}
