// The package as npm would publish it, unpacked into the node_modules of an empty project.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { emptyFolder, mars, root } from './mars.ts';

/** What a command printed. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  /** Both streams. */
  readonly output: string;
}

/** A project that has the package, and nothing else that it is not given. */
export interface PackedPackage {
  /** Folder of the project; an ES module. */
  readonly project: string;
  /** Folder of the package in it. */
  readonly folder: string;
  /** Paths of all files of the package. */
  readonly files: readonly string[];
  /** Bytes of the tarball. */
  readonly packedBytes: number;
  /** Bytes of the files. */
  readonly unpackedBytes: number;
  /** Links packages of this repository into the project. */
  link(...names: readonly string[]): void;
  /** Writes a file of the project. */
  write(path: string, text: string): void;
  /** Runs Node in the project. */
  node(args: readonly string[], env?: Readonly<Record<string, string>>): Outcome;
}

/** Runs a command. */
export function runIn(
  cwd: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Outcome {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, NO_COLOR: '1', ...env },
  });
  return { status, stdout, output: stdout + stderr };
}

/** Packs the package and unpacks it into a new project, which is removed after the tests of the file. */
export function unpackPackage(): PackedPackage {
  mars(['--version']); // builds what is stale
  const project = emptyFolder();
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', project];
  const packed = runIn(root, 'npm', args);
  if (packed.status !== 0) throw new Error(packed.output);
  const [{ filename, files }] = JSON.parse(packed.stdout) as [
    { filename: string; files: readonly { path: string; size: number }[] },
  ];
  const modules = join(project, 'node_modules');
  const folder = join(modules, 'mars-cim');
  mkdirSync(folder, { recursive: true });
  const tarball = join(project, filename);
  const untar = runIn(project, 'tar', ['-xzf', tarball, '--strip-components=1', '-C', folder]);
  if (untar.status !== 0) throw new Error(untar.output);
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  };
  write('package.json', '{ "name": "stranger", "version": "1.0.0", "type": "module" }');
  return {
    project,
    folder,
    files: files.map(({ path }) => path),
    packedBytes: statSync(tarball).size,
    unpackedBytes: files.reduce((sum, { size }) => sum + size, 0),
    link: (...names) => {
      for (const name of names) {
        mkdirSync(dirname(join(modules, name)), { recursive: true });
        symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
      }
    },
    write,
    node: (nodeArgs, env) => runIn(project, process.execPath, nodeArgs, env),
  };
}

/** Names of the package's own dependencies that every installation has. */
export const dependencyNames: readonly string[] = Object.keys(
  (
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Readonly<Record<string, string>>;
    }
  ).dependencies,
);
