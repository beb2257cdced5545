// What commands print on stdout. Every write is looked after: text that is lost ends the command with an error.

import { fstatSync, readFileSync, readlinkSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { CimError } from '../core/errors.ts';
import { reasonOf } from './files.ts';

const stdout = 1;

/** The writes so far, one after the other. */
let written: Promise<void> = Promise.resolve();

/** Prints `text` on stdout, after what was printed before. {@link printed} says whether it came out. */
export function print(text: string): void {
  const before = written;
  written = before.then(async () => await write(text));
  // Whoever waits for `printed` hears of it.
  written.catch(() => undefined);
}

/**
 * Waits until all that was printed is out. A reader that went away, as `head` does, has read what it wanted.
 * @throws {CimError} (environment) when some of it could not be written
 */
export async function printed(): Promise<void> {
  try {
    await written;
  } catch (cause) {
    if ((cause as { readonly code?: string }).code === 'EPIPE') return;
    throw new CimError('environment', {
      what: `the output cannot be written (${reasonOf(cause)})`,
      where: 'stdout',
      todo: 'the result is not complete: print it elsewhere',
      cause,
    });
  }
}

async function write(text: string): Promise<void> {
  if (text === '') return;
  if (wasClosed()) throw new Error('it is closed');
  if (!isFile()) {
    await new Promise<void>((resolve, reject) => {
      process.stdout.once('error', reject);
      process.stdout.write(text, (error) => {
        if (error) return; // told as an event too, which nobody may leave unheard
        process.stdout.off('error', reject);
        resolve();
      });
    });
    return;
  }
  // A disk that fills up takes a part of the text: Node's own stream would leave it at that.
  const bytes = new TextEncoder().encode(text);
  for (let done = 0; done < bytes.length;) done += writeSync(stdout, bytes, done);
}

/** Whether stdout is a file or a device, and no terminal, pipe or socket. */
function isFile(): boolean {
  const stat = fstatSync(stdout);
  return stat.isFile() || (stat.isCharacterDevice() && !isatty(stdout));
}

const shells = ['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash', 'fish'];

/**
 * Whether a shell started us without stdout (`>&-`). Node then opens /dev/null there, for reading and writing; a shell
 * opens it for writing only. Where the shell itself has it so, it was meant.
 */
function wasClosed(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    if (readlinkSync('/proc/self/fd/1') !== '/dev/null') return false;
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync('/proc/self/fdinfo/1', 'utf8'))?.[1] ?? '';
    const readAndWrite = 2;
    const shell = `/proc/${process.ppid}`;
    return (
      (Number.parseInt(flags, 8) & 3) === readAndWrite &&
      shells.includes(readFileSync(`${shell}/comm`, 'utf8').trim()) &&
      linkOf(`${shell}/fd/1`) !== '/dev/null'
    );
  } catch {
    return false; // no /proc, or not ours to look at
  }
}

/** What a link leads to; undefined where there is none, as for a shell that closed its own. */
function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if ((error as { readonly code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}
