// The package's main file does not load in Node; this file of it does, and has the same types.

declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect';
}
