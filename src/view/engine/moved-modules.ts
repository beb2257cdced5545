// Development servers move the modules of packages into a folder of their own, and some leave behind what those modules
// refer to.

/** Where the modules of the element lie in the package. */
const folderInPackage = 'mars-cim/dist/element/';

/**
 * The folder of the element's modules in the package, as Vite serves it, if `here` is the address of a module that Vite
 * has moved (`/node_modules/.vite/deps/...`); undefined for any other address.
 * @param here `import.meta.url` of the module
 */
export function packageFolderBeside(here: string): string | undefined {
  const modules = /^([^?#]*\/node_modules\/)\.[^?#]*\/deps[^/?#]*\//.exec(here)?.[1];
  return modules === undefined ? undefined : modules + folderInPackage;
}
