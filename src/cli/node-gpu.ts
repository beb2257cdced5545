// Opens WebGPU in Node (npm `webgpu`, which is Dawn) on the fastest adapter there is: a real GPU, else lavapipe (Mesa's
// Vulkan on the CPU), else the SwiftShader that the npm package @sparticuz/chromium carries.
import type * as Dawn from 'webgpu';
import { CimError } from '../core/errors.ts';
import { installCommand } from './install-advice.ts';
import { withoutStderrLines } from './native-stderr.ts';
import { findPackagedChromium } from './packaged-chromium.ts';
import {
  type AdapterChoice,
  type AdapterKind,
  driverSources,
  fasterAdapterAdvice,
  withDriver,
} from './vulkan-drivers.ts';

export type { AdapterChoice, AdapterKind };

/** WebGPU in Node, with the adapter that it hands out. */
export interface NodeGpu {
  /** Its `requestAdapter({ powerPreference: 'high-performance' })` gives the adapter described here. */
  readonly gpu: GPU;
  readonly kind: AdapterKind;
  /** One readable line naming the adapter. */
  readonly description: string;
  /** The driver's own name and version. */
  readonly driver: string;
  /** How to get a faster adapter on this machine; null on a GPU. */
  readonly fasterAdapter: string | null;
}

/** Every {@link AdapterChoice}, for options and messages. */
export const adapterChoices: readonly AdapterChoice[] = ['auto', 'gpu', 'lavapipe', 'swiftshader'];

const adapterLimitMs = 20_000;

/** Dawn's own arrays are smaller than what lavapipe and some GPUs permit. Nothing of ours needs more. */
const needlessWarnings =
  /^Warning: maxDynamic(?:Uniform|Storage)BuffersPerPipelineLayout artificially reduced from \d+ to \d+ to fit dynamic offset allocation limit\.\n/gm;

/** Times on the device to the nanosecond: Dawn rounds them to 65,536 ns, so that pages cannot tell machines apart. */
const dawnOptions = ['disable-dawn-features=timestamp_quantization'];

// The object that create() returns must live as long as the process: once it is collected, Dawn crashes Node. It is
// held on globalThis, so that a module loaded twice (bundle and tests) shares it.
const holder = globalThis as typeof globalThis & {
  marsNodeGpu?: {
    byChoice: Map<AdapterChoice, Promise<NodeGpu>>;
    held: GPU[];
    last: Promise<unknown>;
  };
};

/**
 * Opens WebGPU in Node; the same choice gives the same object again. Call it in the main thread: the driver is chosen
 * by environment variables, which a worker cannot set.
 * @param choice default: the environment variable MARS_ADAPTER, else `auto`, the fastest there is
 * @throws {CimError} (environment) when the package `webgpu` or a fitting adapter is missing
 * @example
 * const { gpu, description } = await openNodeGpu();
 * const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
 */
export async function openNodeGpu(
  choice: AdapterChoice = choiceFromEnvironment(),
): Promise<NodeGpu> {
  holder.marsNodeGpu ??= { byChoice: new Map(), held: [], last: Promise.resolve() };
  const shared = holder.marsNodeGpu;
  const known = shared.byChoice.get(choice);
  if (known !== undefined) return await known;
  // One after the other: each sets the driver variables of the whole process while it opens.
  const opening = shared.last.then(async () => await open(choice, shared.held));
  shared.last = opening.catch(() => undefined);
  shared.byChoice.set(choice, opening);
  return await opening;
}

async function open(choice: AdapterChoice, held: GPU[]): Promise<NodeGpu> {
  const { create, globals } = await importDawn();
  Object.assign(globalThis, globals); // GPUBufferUsage and its like, which browsers have as globals
  for (const source of driverSources(choice)) {
    const manifest = await source();
    if (manifest === null) continue;
    const gpu = create(dawnOptions);
    held.push(gpu);
    const info = await withDriver(manifest, async () => await adapterInfo(gpu));
    if (info === null) continue;
    const kind = kindOf(info);
    if (choice !== 'auto' && kind !== choice) continue;
    const fasterAdapter = fasterAdapterAdvice(kind, choice);
    return {
      gpu,
      kind,
      description: describe(info, kind),
      driver: info.description,
      fasterAdapter,
    };
  }
  const driver =
    fasterAdapterAdvice(choice === 'gpu' ? 'lavapipe' : null, choice) ?? 'install a Vulkan driver';
  const advice = lacksSwiftShader(choice)
    ? `run, for SwiftShader: ${installCommand('@sparticuz/chromium')}; or ${driver}`
    : driver;
  throw new CimError('environment', {
    what:
      choice === 'auto'
        ? 'no WebGPU adapter opens in Node'
        : `no adapter of the kind "${choice}" opens in Node`,
    where: `${process.platform} ${process.arch}`,
    todo: choice === 'auto' ? advice : `use the adapter "auto", or: ${advice}`,
  });
}

/** Whether the package that brings SwiftShader would help, and is not there. */
const lacksSwiftShader = (choice: AdapterChoice): boolean =>
  ['auto', 'swiftshader'].includes(choice) &&
  process.platform === 'linux' &&
  process.arch === 'x64' &&
  findPackagedChromium() === null;

async function adapterInfo(gpu: GPU): Promise<GPUAdapterInfo | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new CimError('environment', {
          what: `the WebGPU adapter did not answer within ${adapterLimitMs / 1000} s`,
          todo: 'set MARS_ADAPTER=swiftshader, or check the GPU driver',
        }),
      );
    }, adapterLimitMs);
  });
  try {
    // Dawn looks for adapters, and warns, before the first call returns its promise.
    const found = await withoutStderrLines(needlessWarnings, () => ({
      adapter: gpu.requestAdapter({ powerPreference: 'high-performance' }),
    }));
    const adapter = await Promise.race([found.adapter, late]);
    return adapter?.info ?? null;
  } finally {
    clearTimeout(timer);
  }
}

function choiceFromEnvironment(): AdapterChoice {
  const value = process.env['MARS_ADAPTER'];
  if (value === undefined || value === '') return 'auto';
  const choice = adapterChoices.find((name) => name === value);
  if (choice !== undefined) return choice;
  throw new CimError('environment', {
    what: `MARS_ADAPTER is "${value}", which names no adapter`,
    where: 'environment',
    todo: `use one of ${adapterChoices.join(', ')}`,
  });
}

function kindOf(info: GPUAdapterInfo): AdapterKind {
  const text =
    `${info.vendor} ${info.architecture} ${info.device} ${info.description}`.toLowerCase();
  if (text.includes('swiftshader')) return 'swiftshader';
  if (text.includes('llvmpipe') || text.includes('lavapipe')) return 'lavapipe';
  return info.isFallbackAdapter || text.includes('basic render') ? 'software' : 'gpu';
}

function describe(info: GPUAdapterInfo, kind: AdapterKind): string {
  if (kind === 'lavapipe') return 'lavapipe (Mesa on the CPU)';
  if (kind === 'swiftshader') return 'SwiftShader (on the CPU)';
  return [...new Set([info.vendor, info.architecture, info.device])]
    .filter((word) => word !== '')
    .join(' ');
}

/** The line of the system's loader that names a version which its libraries do not have. */
const missingVersion = (cause: unknown): string | undefined =>
  cause instanceof Error
    ? cause.message.split('\n').find((line) => /version `GLIBC(XX)?_[\d.]+' not found/.test(line))
    : undefined;

async function importDawn(): Promise<typeof Dawn> {
  try {
    return await import('webgpu');
  } catch (cause) {
    const tooOld = missingVersion(cause);
    if (tooOld !== undefined)
      throw new CimError('environment', {
        what: `WebGPU for Node does not load, for this system is too old: ${tooOld}`,
        where: `${process.platform} ${process.arch}`,
        todo: 'use a system with glibc 2.34 and the libstdc++ of GCC 12 or newer, such as a container of Debian 12, or --backend wasm',
        cause,
      });
    throw new CimError('environment', {
      what: 'the npm package "webgpu" (WebGPU for Node) does not load',
      where: `${process.platform} ${process.arch}`,
      todo: `run: ${installCommand('webgpu')} (where it has no build, as on Alpine or 32 bit: mars page)`,
      cause,
    });
  }
}
