// Files that the bundler turns into URLs or styles.

declare module '*?url' {
  const url: string;
  export default url;
}

declare module '*.css' {}

declare module '*.css?inline' {
  const text: string;
  export default text;
}

interface ImportMeta {
  /** What vite.config.ts puts in. */
  readonly env: {
    /** The folder `data/`, relative to the module that is built. */
    readonly DATA_FOLDER: string;
    /** Name of a file of `data/` -> its address beside the module, in the element for packages; else empty. */
    readonly DATA_FILES: Readonly<Record<string, URL>>;
    /** Names of the trained networks of `models/`, which come along in that folder: a list in JSON. */
    readonly MODEL_NAMES: string;
  };
}
