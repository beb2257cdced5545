// What a person runs to get a package or a file that is missing: that depends on how this copy of mars-cim came here.

import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { packageRoot } from './package-root.ts';

/** How mars-cim came here: cloned, or installed into a project (by npm or pnpm), for all projects, or by npx. */
export type Installation = 'clone' | 'project' | 'pnpm' | 'global' | 'npx';

/** How the copy of mars-cim in `root` came there. */
export function installationOf(root: string): Installation {
  if (existsSync(join(root, 'src')) && existsSync(join(root, 'tools', 'setup.mjs'))) return 'clone';
  const folders = root.split(/[\\/]/);
  if (folders.includes('.pnpm')) return 'pnpm';
  if (folders.includes('_npx')) return 'npx';
  const above = dirname(root);
  const project = dirname(above);
  // npm keeps what is installed for all projects in a folder that is no project.
  const isProject = basename(above) !== 'node_modules' || existsSync(join(project, 'package.json'));
  return isProject ? 'project' : 'global';
}

/**
 * The command that makes an npm package available to mars-cim, such as `npm install webgpu@0.6.2`.
 * @param name of the package; the version is that of our package.json, if it has one
 * @param root folder of the copy of mars-cim
 */
export function installCommand(name: string, root: string = packageRoot): string {
  const version = versionWanted(name, root);
  const full = version === undefined ? name : `${name}@${version}`;
  switch (installationOf(root)) {
    case 'clone':
      return version === undefined ? `npm install --no-save --ignore-scripts ${full}` : 'npm ci';
    case 'project':
      return `npm install ${full}`;
    case 'pnpm':
      return `pnpm add ${full}`;
    case 'global':
      return `npm install --global ${full}`;
    case 'npx':
      return `npx --package mars-cim --package ${full} mars …`;
  }
}

/** What to do when a file that the build makes is missing. */
export const rebuildAdvice = (root: string = packageRoot): string =>
  installationOf(root) === 'clone'
    ? 'run: npm run build'
    : 'install mars-cim again: its files are not complete';

/** The version of a package that mars-cim was tried with. */
function versionWanted(name: string, root: string): string | undefined {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Readonly<
    Record<string, Readonly<Record<string, string>> | undefined>
  >;
  return manifest['optionalDependencies']?.[name] ?? manifest['devDependencies']?.[name];
}
