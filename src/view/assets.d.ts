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

declare module '*.cff?raw' {
  const text: string;
  export default text;
}

declare module '*.md?raw' {
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
    /** Files of the trained networks of `models/`, which come along in that folder, packed: a list in JSON. */
    readonly MODEL_FILES: string;
    /** Of package.json. */
    readonly MARS_VERSION: string;
    /** Short hash of what is built; empty where that is not known. */
    readonly MARS_COMMIT: string;
    /** Address of the sources, and of the documentation beside the page; empty where a build does not know them. */
    readonly MARS_REPOSITORY: string;
    readonly MARS_DOCS: string;
  };
}
