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
