// What the npm package @sparticuz/chromium carries (Linux x64): a headless Chromium, the libraries it needs, and the
// SwiftShader Vulkan driver. Unpacked on first use into the user's cache, so that npm alone gives Node and the page
// tests a WebGPU device.
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { brotliDecompressSync, createBrotliDecompress } from 'node:zlib';
import { CimError } from '../core/errors.ts';
import { userCacheFolder, withoutCache } from './cache.ts';
import { variable } from './environment.ts';
import { reasonOf } from './files.ts';
import { isDead } from './write-files.ts';

/** The package as installed, still packed. */
export interface PackagedChromium {
  readonly version: string;
  /** Folder of the `*.br` files. */
  readonly binFolder: string;
}

/** The package's browser, unpacked. */
export interface UnpackedChromium {
  readonly executablePath: string;
  /** Goes in front of LD_LIBRARY_PATH, so that no system package is needed. */
  readonly libraryPath: string;
  /** Holds `fonts.conf`; for FONTCONFIG_PATH on machines without fonts. */
  readonly fontsPath: string;
}

const fontsConf = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`;

/** The installed package, or null where it is absent or its binaries cannot run (anything but Linux x64). */
export function findPackagedChromium(): PackagedChromium | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  try {
    const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
    const root = join(dirname(entry), '..', '..');
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const { version } = manifest as { version: string };
    return existsSync(join(root, 'bin', 'chromium.br'))
      ? { version, binFolder: join(root, 'bin') }
      : null;
  } catch {
    return null; // an optional dependency: its absence is an answer, not a fault
  }
}

/** Unpacks the Vulkan driver (15 MB, about 0.1 s) and returns its folder. Safe when several processes do it at once. */
export async function unpackSwiftShader(source: PackagedChromium): Promise<string> {
  return await unpackOnce(`swiftshader-${source.version}`, async (folder) => {
    await unpackTar(join(source.binFolder, 'swiftshader.tar.br'), folder);
  });
}

/** Where {@link unpackChromium} puts the browser's executable. */
export function packagedExecutablePath(source: PackagedChromium): string {
  return join(cacheFolder() ?? tmpdir(), `chromium-${source.version}`, 'chromium');
}

/** Unpacks the browser (190 MB, about 1 s). Safe when several processes do it at once. */
export async function unpackChromium(source: PackagedChromium): Promise<UnpackedChromium> {
  const folder = await unpackOnce(`chromium-${source.version}`, async (fresh) => {
    const executable = join(fresh, 'chromium');
    const bin = source.binFolder;
    await pipeline(
      createReadStream(join(bin, 'chromium.br'), { highWaterMark: 2 ** 20 }),
      createBrotliDecompress({ chunkSize: 2 ** 20 }),
      createWriteStream(executable),
    );
    await chmod(executable, 0o755);
    // The browser looks for its graphics libraries beside itself.
    await unpackTar(join(bin, 'swiftshader.tar.br'), fresh);
    await unpackTar(join(bin, 'al2023.tar.br'), fresh);
    await unpackTar(join(bin, 'fonts.tar.br'), fresh);
    await writeFile(join(fresh, 'fonts.conf'), fontsConf); // the package's own names folders of a cloud function
  });
  return {
    executablePath: join(folder, 'chromium'),
    libraryPath: join(folder, 'lib'),
    fontsPath: folder,
  };
}

/**
 * The folder for unpacked files: MARS_CACHE_DIR, or mars-cim in the user's cache, or, where that cannot be written,
 * in the temporary folder; null where there is none.
 */
function cacheFolder(): string | null {
  const own = variable('MARS_CACHE_DIR');
  const user = process.getuid?.() ?? 0;
  const candidates =
    own === undefined ? [userCacheFolder(), join(tmpdir(), `mars-cim-${user}`)] : [own];
  for (const folder of candidates) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      // A library is loaded from here: the folder must be ours, not one that someone else put into a shared /tmp.
      if (statSync(folder).uid === user) return folder;
    } catch {
      continue; // read-only home: try the next
    }
  }
  return null;
}

/** What is unpacked for this process alone, by name. */
const unpackedForNow = new Map<string, Promise<string>>();

type Fill = (folder: string) => Promise<void>;

/** The folder of what `fill` unpacks: in the cache, else for this process alone. */
async function unpackOnce(name: string, fill: Fill): Promise<string> {
  const cache = cacheFolder();
  let cause: unknown = new Error('it cannot be made, or is not yours');
  if (cache !== null) {
    try {
      return await unpackInto(join(cache, name), fill);
    } catch (error) {
      cause = error;
    }
  }
  let unpacking = unpackedForNow.get(name);
  if (unpacking === undefined) {
    const path = cache ?? variable('MARS_CACHE_DIR') ?? userCacheFolder();
    withoutCache(path, cause, `${name} is unpacked anew, for this run`);
    unpacking = unpackForNow(name, fill);
    unpackedForNow.set(name, unpacking);
  }
  return await unpacking;
}

/** Fills a new folder and renames it into place: another process sees all of it or nothing. */
async function unpackInto(target: string, fill: Fill): Promise<string> {
  if (existsSync(target)) return target;
  await removeLeftovers(target);
  const fresh = await mkdtemp(`${target}.part-${process.pid}-`);
  try {
    await fill(fresh);
    await chmod(fresh, 0o755);
    await rename(fresh, target);
  } catch (error) {
    // rename fails when another process was first: its folder is as good as ours.
    if (!existsSync(target)) throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return target;
}

/** Removes what processes left that were killed while they unpacked: up to 200 MB each. */
async function removeLeftovers(target: string): Promise<void> {
  const prefix = `${basename(target)}.part-`;
  for (const name of await readdir(dirname(target))) {
    const pid = name.startsWith(prefix)
      ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1]
      : undefined;
    if (pid !== undefined && isDead(Number(pid)))
      await rm(join(dirname(target), name), { recursive: true, force: true });
  }
}

/** @throws {CimError} (environment) where the temporary folder has no room either */
async function unpackForNow(name: string, fill: Fill): Promise<string> {
  let folder: string | undefined;
  const remove = (): void => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
  try {
    folder = await mkdtemp(join(tmpdir(), 'mars-cim-'));
    process.once('exit', remove);
    await fill(folder);
    return folder;
  } catch (cause) {
    remove();
    throw new CimError('environment', {
      what: `${name} cannot be unpacked (${reasonOf(cause)})`,
      where: tmpdir(),
      todo: 'make room there, or set MARS_CACHE_DIR to a folder with room for 200 MB',
      cause,
    });
  }
}

/** Unpacks a brotli-packed ustar archive of plain files with short names, which is all that the package holds. */
async function unpackTar(path: string, folder: string): Promise<void> {
  const tar = brotliDecompressSync(await readFile(path));
  for (let offset = 0; offset + 512 <= tar.length && tar[offset] !== 0;) {
    const field = (from: number, length: number): string =>
      tar.toString('latin1', offset + from, offset + from + length).replace(/\0.*$/s, '');
    const name = field(0, 100);
    const size = Number.parseInt(field(124, 12), 8);
    const isFile = field(156, 1) === '0' || field(156, 1) === '';
    if (isFile && !name.split('/').includes('..')) {
      const target = join(folder, name);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, tar.subarray(offset + 512, offset + 512 + size));
      await chmod(target, 0o755);
    }
    offset += 512 + Math.ceil(size / 512) * 512;
  }
}
