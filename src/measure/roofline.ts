// What an adapter can do at most: integer operations per second and bytes per second, measured with bench/kernels.
//
// Each kernel's result is compared with its twin in TypeScript, at the very number of iterations that is timed. A loop
// that a compiler had folded away would still be right, so the time of twice the iterations is taken too: it must be
// about twice as long, and `scaling` says what it was.
//
// Bandwidth is what a shader reaches. Software adapters load lane by lane, and stay far below a copy by the CPU.

import bitwiseCode from './kernels/bitwise.wgsl?raw';
import copyCode from './kernels/copy.wgsl?raw';
import dot4Code from './kernels/dot4.wgsl?raw';
import multiplyAddCode from './kernels/multiply-add.wgsl?raw';
import popcountCode from './kernels/popcount.wgsl?raw';
import readCode from './kernels/read.wgsl?raw';
import { randomWord } from '../core/random.ts';
import { type OpenDevice, openDevice } from '../gpu/open-gpu.ts';
import { equal } from './equal.ts';
import { openProgram } from './gpu-program.ts';
import { type RunTime, timeRuns } from './measure.ts';
import type { Clock, Host, TimedCase } from './question.ts';
import type { Adapter } from './result.ts';

/** What is measured; the first four in operations per second, the last two in bytes per second. */
const ceilings = ['multiplyAdd', 'popcount', 'dot4', 'bitwise', 'read', 'copy'] as const;
/** One of {@link ceilings}. */
export type Ceiling = (typeof ceilings)[number];

/** What an adapter can do. */
export interface Roofline {
  /** CPU seconds on software adapters, which other load does not change. */
  readonly clock: Clock;
  /** Throughput per second of that clock; what the adapter cannot do is missing. */
  readonly rates: Readonly<Partial<Record<Ceiling, number>>>;
}

/** Two vectors of four words. */
interface State {
  readonly a: Int32Array;
  readonly b: Int32Array;
}

interface Compute {
  readonly code: string;
  readonly entryPoint: string;
  /** Per iteration. */
  readonly operations: number;
  /** One step, with the constants m and n. */
  readonly twin: (state: State, m: Int32Array, n: Int32Array) => void;
}

const seeds = Uint32Array.from({ length: 16 }, (_, i) => randomWord(1, 500, i) | 1);
/** Invocations that fill a device; on a processor fewer, with more iterations each, so that starting them costs nothing. */
const invocationsOf = ({ software }: Adapter): number => (software ? 16_384 : 262_144);
/** Steps that the kernels take in each iteration: the loop itself must not count. */
const stepsPerIteration = 8;
/** Invocations whose result is checked. */
const checked = 48;

/** A twin that treats the four components alike. */
const perComponent =
  (one: (a: number, b: number, m: number, n: number) => readonly [number, number]) =>
  ({ a, b }: State, m: Int32Array, n: Int32Array): void => {
    for (let i = 0; i < 4; i++)
      [a[i], b[i]] = one(word(a, i), word(b, i), word(m, i), word(n, i)) as [number, number];
  };

const word = (vector: Int32Array, i: number): number => vector[i] as number;

const computes: Readonly<Record<'multiplyAdd' | 'popcount' | 'dot4' | 'bitwise', Compute>> = {
  multiplyAdd: {
    code: multiplyAddCode,
    entryPoint: 'multiply_add',
    operations: 64,
    twin: perComponent((a, b, m, n) => {
      const next = (Math.imul(a, m) + b) | 0;
      return [next, Math.imul(b, n) + next];
    }),
  },
  popcount: {
    code: popcountCode,
    entryPoint: 'popcount',
    operations: 64,
    twin: perComponent((a, b) => {
      const next = (a + ones(b)) | 0;
      return [next, b + ones(next)];
    }),
  },
  dot4: {
    code: dot4Code,
    entryPoint: 'dot4',
    operations: 128,
    twin: ({ a, b: sum }, m) => {
      for (let i = 0; i < 4; i++)
        for (let k = 0; k < 4; k++) sum[k] = word(sum, k) + dot4(word(a, i), word(m, (i + k) % 4));
      for (let i = 0; i < 4; i++) a[i] = word(a, i) ^ word(sum, i);
    },
  },
  bitwise: {
    code: bitwiseCode,
    entryPoint: 'bitwise',
    operations: 128,
    twin: perComponent((a, b, m, n) => {
      const next = (a & m) ^ b;
      return [next, (b ^ next) + n];
    }),
  },
};

/** Bytes of the buffer that is read or copied: far above any cache, at most a software adapter's largest binding. */
const bufferBytes = 128 * 1024 * 1024;
const chunk = 8;
const workgroupSize = 64;

/** The ceilings of a device. */
export const ceilingsOf = ({ packedDotProducts }: OpenDevice): readonly Ceiling[] =>
  ceilings.filter((ceiling) => ceiling !== 'dot4' || packedDotProducts);

/** The case of one ceiling, ready to be measured. */
export async function openCeiling(
  host: Host,
  device: GPUDevice,
  ceiling: Ceiling,
): Promise<TimedCase> {
  return ceiling === 'read' || ceiling === 'copy'
    ? await openBandwidth(device, ceiling)
    : await openCompute(host, device, computes[ceiling]);
}

async function openCompute(host: Host, device: GPUDevice, compute: Compute): Promise<TimedCase> {
  const program = await openProgram(device, compute);
  const invocations = invocationsOf(host.adapter);
  const params = program.uniform(1);
  const results = program.storage(4 * invocations);
  const buffers = [params, program.storageOf(seeds), results];
  const groups = invocations / workgroupSize;
  const run = async (iterations: number): Promise<void> => {
    device.queue.writeBuffer(params, 0, Uint32Array.of(iterations));
    await program.run(buffers, groups);
  };
  const seconds = async (iterations: number): Promise<number> => {
    const one = { work: {}, check: () => '', run: async () => await run(iterations) };
    return secondsOn(host, await timeRuns(one, host, 1));
  };
  await run(1);
  let iterations = 2;
  while ((await seconds(iterations)) < 0.05 && iterations < 2 ** 24) iterations *= 2;
  let [once, twice] = [Infinity, Infinity];
  for (let i = 0; i < 4; i++) {
    twice = Math.min(twice, await seconds(2 * iterations));
    once = Math.min(once, await seconds(iterations));
  }
  return {
    work: { operations: iterations * compute.operations * invocations },
    takeDeviceSeconds: () => program.takeSeconds(),
    facts: { iterations, invocations, scaling: ratio(twice, once) },
    check: async () => {
      const actual = new Uint32Array(await program.read(results, 4 * checked));
      for (let id = 0; id < checked; id++)
        equal(
          [actual[id] ?? 0],
          [twinResult(compute, id, iterations)],
          `${compute.entryPoint}, result ${id}`,
        );
      return `${checked} results with TypeScript`;
    },
    run: async () => await run(iterations),
    dispose: () => program.destroy(),
  };
}

function twinResult({ twin }: Compute, id: number, iterations: number): number {
  const vector = (i: number): Int32Array => Int32Array.from(seeds.subarray(4 * i, 4 * i + 4));
  const state = { a: vector(0).map((one) => one ^ id), b: vector(1).map((one) => one + id) };
  const [m, n] = [vector(2), vector(3)];
  for (let i = 0; i < stepsPerIteration * iterations; i++) twin(state, m, n);
  return state.a.reduce((result, one, i) => result ^ one ^ word(state.b, i), 0) >>> 0;
}

async function openBandwidth(device: GPUDevice, ceiling: 'read' | 'copy'): Promise<TimedCase> {
  const code = ceiling === 'read' ? readCode : copyCode;
  const constants = { CHUNK: chunk };
  const program = await openProgram(device, { code, entryPoint: `${ceiling}_all`, constants });
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const bytes = Math.min(bufferBytes, maxBufferSize, maxStorageBufferBindingSize);
  const data = Uint32Array.from({ length: bytes / 4 }, (_, i) => Math.imul(i, 2654435761));
  const resultBytes = ceiling === 'read' ? (4 * bytes) / (16 * chunk) : bytes;
  const results = program.storage(resultBytes);
  const buffers = [program.storageOf(data), results];
  const groups = bytes / (16 * chunk * workgroupSize);
  const run = async (): Promise<void> => await program.run(buffers, groups);
  const expected = ceiling === 'read' ? sumsOf : (words: Uint32Array): Uint32Array => words;
  return {
    work: { bytes: ceiling === 'read' ? bytes : 2 * bytes },
    takeDeviceSeconds: () => program.takeSeconds(),
    facts: { bufferMiB: bytes / 2 ** 20 },
    check: async () => {
      await run();
      const first = new Uint32Array(await program.read(results, 4 * workgroupSize));
      const wanted = expected(data);
      equal(first, wanted.subarray(0, first.length), `${ceiling}, words`);
      return `${first.length} words`;
    },
    run,
    dispose: () => program.destroy(),
  };
}

/** What the invocations of the first workgroup of read.wgsl sum up. */
const sumsOf = (words: Uint32Array): Uint32Array =>
  Uint32Array.from({ length: workgroupSize }, (_, local) => {
    let sum = 0;
    for (let i = 0; i < chunk; i++)
      for (let lane = 0; lane < 4; lane++)
        sum = (sum + (words[4 * (local + i * workgroupSize) + lane] as number)) | 0;
    return sum;
  });

/** Runs that a rate is the mean of. */
const runs = 5;

/** By the GPU object: hosts of one adapter share it. */
const known = new WeakMap<GPU, Promise<Roofline>>();

/** The roofline of the host's adapter; measured at the first call, in some seconds. */
export async function roofline(host: Host): Promise<Roofline> {
  const before = known.get(host.gpu);
  if (before) return await before;
  const measuring = measureRoofline(host);
  known.set(host.gpu, measuring);
  return await measuring;
}

/** Keeps what the ceilings of a host's adapter were found to be, so that bounds need not measure them again. */
export function keepRoofline(host: Host, found: Roofline): void {
  known.set(host.gpu, Promise.resolve(found));
}

async function measureRoofline(host: Host): Promise<Roofline> {
  const opened = await openDevice(host.gpu);
  const { device } = opened;
  const rates: Partial<Record<Ceiling, number>> = {};
  for (const ceiling of ceilingsOf(opened)) {
    const one = await openCeiling(host, device, ceiling);
    await one.check();
    const time = await timeRuns(one, host, runs);
    rates[ceiling] = (runs * (Object.values(one.work)[0] ?? 0)) / secondsOn(host, time);
    one.dispose?.();
  }
  const clock = clockOf(host, await host.cpuSeconds());
  device.destroy();
  return { clock, rates };
}

/** CPU seconds on software adapters where somebody tells them, else seconds on the wall. */
export const clockOf = (host: Host, cpu: number | undefined): Clock =>
  host.adapter.software && cpu !== undefined ? 'cpu' : 'wall';

const secondsOn = (host: Host, { wall, cpu }: RunTime): number =>
  clockOf(host, cpu) === 'cpu' ? (cpu ?? wall) : wall;

function ones(word: number): number {
  let count = word - ((word >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function dot4(x: number, y: number): number {
  let sum = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    const byte = (word: number): number => (word >>> shift) & 255;
    sum += byte(x) * byte(y);
  }
  return sum;
}

/** Of two times; words where a coarse or disturbed clock gives none, since JSON has neither infinity nor NaN. */
function ratio(time: number, other: number): number | string {
  const value = time / other;
  return Number.isFinite(value) ? Number(value.toFixed(2)) : 'could not be timed';
}
