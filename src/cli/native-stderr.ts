// What native code writes to stderr, without lines that mean nothing to a person. Node cannot duplicate a descriptor, so
// this calls the C library, through the optional package koffi.
import { closeSync, fstatSync, readSync } from 'node:fs';

/** The functions of the C library that are needed here. */
interface Descriptors {
  readonly dup: (descriptor: number) => number;
  readonly dup2: (from: number, to: number) => number;
  /** A new file in memory. */
  readonly memoryFile: () => number;
}

const stderr = 2;

/**
 * Calls `call`, and passes on what it wrote to stderr natively, without `lines`. What other threads write there meanwhile
 * passes too. Where koffi is missing, and anywhere but on Linux, nothing is left out.
 * @param lines to leave out, each with its end of line
 */
export async function withoutStderrLines<T>(lines: RegExp, call: () => T): Promise<T> {
  const descriptors = await loadDescriptors();
  if (!descriptors) return call();
  const { dup, dup2, memoryFile } = descriptors;
  const [caught, before] = [memoryFile(), dup(stderr)];
  try {
    // A closed stderr has nothing to show, and nothing to restore.
    if (caught < 0 || before < 0) return call();
    dup2(caught, stderr);
    try {
      return call();
    } finally {
      dup2(before, stderr);
      const rest = readAll(caught).replaceAll(lines, '');
      if (rest !== '') process.stderr.write(rest);
    }
  } finally {
    for (const descriptor of [caught, before]) if (descriptor >= 0) closeSync(descriptor);
  }
}

function readAll(descriptor: number): string {
  const bytes = new Uint8Array(fstatSync(descriptor).size);
  return new TextDecoder().decode(bytes.subarray(0, readSync(descriptor, bytes, { position: 0 })));
}

async function loadDescriptors(): Promise<Descriptors | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const { default: koffi } = await import('koffi');
    const library = koffi.load(null);
    const closeOnExec = 1;
    const create = library.func('int memfd_create(const char *name, unsigned int flags)');
    return {
      dup: library.func('int dup(int descriptor)'),
      dup2: library.func('int dup2(int from, int to)'),
      memoryFile: () => create('mars-cim stderr', closeOnExec) as number,
    };
  } catch {
    return undefined; // an optional dependency: two needless lines are better than no GPU
  }
}
