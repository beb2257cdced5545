// Which Vulkan driver Dawn loads on Linux, and how a person gets a faster one. The Vulkan loader reads its list of
// drivers from the environment when an instance is made, so a choice is: set the variables, open, put them back.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, join } from 'node:path';
import { findPackagedChromium, unpackSwiftShader } from './packaged-chromium.ts';

/** `software`: any other adapter on the CPU, such as Windows' WARP. */
export type AdapterKind = 'gpu' | 'lavapipe' | 'swiftshader' | 'software';

/** What a person can ask for. */
export type AdapterChoice = 'auto' | 'gpu' | 'lavapipe' | 'swiftshader';

/** The driver manifest to load; `system`: whatever the system has; null: there is no such driver. */
export type DriverSource = () => Promise<string | null> | string | null;

const variables = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'] as const;

/** The drivers to try for `choice`, best first. */
export function driverSources(choice: AdapterChoice): readonly DriverSource[] {
  const system = (): string => 'system';
  // Metal and Direct3D need no choice; and someone who has set the driver list by hand wants exactly that.
  if (process.platform !== 'linux') return [system];
  if (choice === 'auto' && variables.some((name) => process.env[name] !== undefined))
    return [system];
  if (choice === 'gpu') return [gpuDrivers];
  if (choice === 'lavapipe') return [lavapipeManifest];
  if (choice === 'swiftshader') return [swiftShaderManifest];
  return [gpuDrivers, lavapipeManifest, swiftShaderManifest];
}

/** Runs `open` while the Vulkan loader sees only the driver of `manifest`, and leaves no trace for child processes. */
export async function withDriver<T>(manifest: string, open: () => Promise<T>): Promise<T> {
  if (manifest === 'system') return await open();
  const before = variables.map((name) => process.env[name]);
  for (const name of variables) process.env[name] = manifest;
  try {
    return await open();
  } finally {
    variables.forEach((name, i) => {
      const value = before[i];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    });
  }
}

/**
 * How to get a faster adapter on this machine, with the command to run where one is known; null when there is nothing
 * faster.
 * @param kind what was opened, null when nothing was
 * @param choice what was asked for
 */
export function fasterAdapterAdvice(
  kind: AdapterKind | null,
  choice: AdapterChoice,
): string | null {
  if (kind === 'gpu') return null;
  if (process.platform !== 'linux') return 'install the driver of your GPU; WebGPU found none';
  if (hasGpuDevice())
    return "install your GPU's Vulkan driver (Mesa's mesa-vulkan-drivers, or the vendor's own)";
  if (kind === 'lavapipe') return 'use a machine with a GPU: this one shows none';
  // Asked for `auto`, an installed lavapipe that was not taken is too old.
  if (choice === 'swiftshader' && lavapipeManifest() !== null)
    return 'lavapipe is installed: use the adapter "auto"';
  return `lavapipe is 5 to 30 times faster than SwiftShader: ${lavapipeCommand()}`;
}

function lavapipeCommand(): string {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const id = /^ID="?(\w+)/m.exec(release)?.[1] ?? '';
  const version = Number(/^VERSION_ID="?([\d.]+)/m.exec(release)?.[1] ?? Number.NaN);
  if (id === 'debian' && version === 12) {
    // Debian 12's own Mesa (22.3) is too old for WebGPU.
    const line = 'deb http://deb.debian.org/debian bookworm-backports main';
    const list = '/etc/apt/sources.list.d/bookworm-backports.list';
    const install = 'apt-get install -y -t bookworm-backports mesa-vulkan-drivers libvulkan1';
    return `sudo sh -c 'echo "${line}" > ${list} && apt-get update && ${install}'`;
  }
  if (id === 'debian' || id === 'ubuntu') {
    return "sudo sh -c 'apt-get update && apt-get install -y mesa-vulkan-drivers libvulkan1'";
  }
  if (id === 'fedora') return 'sudo dnf install mesa-vulkan-drivers vulkan-loader';
  if (id === 'arch') return 'sudo pacman -S vulkan-swrast vulkan-icd-loader';
  return "install your distribution's Vulkan loader and Mesa Vulkan drivers (Mesa 24 or newer)";
}

/** Everything that the system has, if there is a GPU at all: else loading each driver would only cost time. */
function gpuDrivers(): string | null {
  return hasGpuDevice() && systemManifests().length > 0 ? 'system' : null;
}

function lavapipeManifest(): string | null {
  return (
    systemManifests().find(
      (path) => basename(path).startsWith('lvp_icd') && !/i[36]86/.test(path),
    ) ?? null
  );
}

function systemManifests(): readonly string[] {
  const data = (process.env['XDG_DATA_DIRS'] ?? '').split(':').filter((folder) => folder !== '');
  return ['/usr/share', '/usr/local/share', '/etc', '/usr/local/etc', ...data].flatMap((root) => {
    const folder = join(root, 'vulkan', 'icd.d');
    return namesIn(folder).map((name) => join(folder, name));
  });
}

async function swiftShaderManifest(): Promise<string | null> {
  const source = findPackagedChromium();
  if (source !== null) {
    const folder = await unpackSwiftShader(source);
    // A bare system has no Vulkan loader; the package brings one.
    if (!loadLibrary('libvulkan.so.1')) loadLibrary(join(folder, 'libvulkan.so.1'));
    return join(folder, 'vk_swiftshader_icd.json');
  }
  // On ARM the package has no binaries; an installed browser has the same driver.
  const folders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
  return (
    folders
      .map((folder) => join(folder, 'vk_swiftshader_icd.json'))
      .find((path) => existsSync(path)) ?? null
  );
}

/** Loads a shared library for good, so that Dawn's own look-up of that name finds it. False when there is none. */
function loadLibrary(path: string): boolean {
  const keepLoaded = 0x1000; // RTLD_NODELETE, which node:os does not name
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | keepLoaded);
  } catch (error) {
    // Node loads any library, then complains when it is not an addon.
    return error instanceof Error && error.message.includes('did not self-register');
  }
  return true;
}

/** Whether the kernel shows a GPU. */
export function hasGpuDevice(): boolean {
  const nodes = /^(nvidia\d|nvgpu$|nvhost-gpu$|dxg$|mali\d|kgsl-3d0$)/;
  return (
    namesIn('/dev/dri').some((name) => name.startsWith('renderD')) ||
    namesIn('/dev').some((name) => nodes.test(name))
  );
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
