// What WebAssembly can do at most on one thread of this processor, measured with bench/kernels/assembly: look-ups of bytes with an
// add each, and products of 16 bits with their adds. Each kernel's result is compared with its twin in TypeScript, at the very
// number of iterations that is timed.

import { losesNothing } from '../../src/core/adc-table.ts';
import { largestSum, type MacroProgram } from '../../src/simulate/macro-program.ts';
import { compileWasm } from '../../src/wasm/compile-kernels.ts';
import { columnReadsOf, macsOf } from '../../src/measure/bounds.ts';
import { timeRuns } from '../../src/measure/measure.ts';
import type { Bound, Clock, Host, TimedCase, Work } from '../../src/measure/question.ts';

/** What is measured, per second. */
export const wasmCeilings = ['lookUps', 'products'] as const;
/** One of {@link wasmCeilings}. */
export type WasmCeiling = (typeof wasmCeilings)[number];

type Kernels = Readonly<Record<WasmCeiling, (iterations: number) => number>>;

interface Ceiling {
  /** Operations per iteration: 16 look-ups, or 8 products, in each of eight chains. */
  readonly operations: number;
  readonly twin: (iterations: number) => number;
}

const ceilings: Readonly<Record<WasmCeiling, Ceiling>> = {
  lookUps: { operations: 8 * 16, twin: lookUpsTwin },
  products: { operations: 8 * 8, twin: productsTwin },
};

async function openKernels(): Promise<Kernels> {
  const module = await compileWasm([
    () => import('../kernels/assembly/index.ts?wasm-relaxed'),
    () => import('../kernels/assembly/index.ts?wasm'),
  ]);
  return new WebAssembly.Instance(module as WebAssembly.Module, {}).exports as unknown as Kernels;
}

/** Iterations whose result is checked: the twins are slow. */
const checkedIterations = 20_001;
/** Seconds of a run. */
const runSeconds = 0.05;

/** The case of one ceiling, ready to be measured. */
export async function openWasmCeiling(host: Host, ceiling: WasmCeiling): Promise<TimedCase> {
  const run = (await openKernels())[ceiling];
  const { operations, twin } = ceilings[ceiling];
  let iterations = checkedIterations;
  for (;;) {
    const start = host.now();
    run(iterations);
    if (host.now() - start >= runSeconds) break;
    iterations *= 2;
  }
  return {
    work: { operations: iterations * operations },
    facts: { iterations },
    check: () => {
      const [actual, expected] = [run(checkedIterations), twin(checkedIterations)];
      if (actual !== expected) throw new Error(`${ceiling}: ${actual}, not ${expected}`);
      return `${checkedIterations} iterations with TypeScript`;
    },
    run: () => {
      run(iterations);
      return Promise.resolve();
    },
  };
}

interface Rates {
  readonly clock: Clock;
  readonly rates: Readonly<Record<WasmCeiling, number>>;
}

const known = new WeakMap<Host, Promise<Rates>>();
/** Runs that a rate is the mean of. */
const runs = 5;

function ratesOf(host: Host): Promise<Rates> {
  const found = known.get(host) ?? measure(host);
  known.set(host, found);
  return found;
}

async function measure(host: Host): Promise<Rates> {
  const clock: Clock = (await host.cpuSeconds()) === undefined ? 'wall' : 'cpu';
  const rates: Partial<Record<WasmCeiling, number>> = {};
  for (const ceiling of wasmCeilings) {
    const one = await openWasmCeiling(host, ceiling);
    await one.check();
    const time = await timeRuns(one, host, runs);
    const seconds = clock === 'cpu' ? (time.cpu ?? time.wall) : time.wall;
    rates[ceiling] = (runs * (one.work['operations'] ?? 0)) / seconds;
  }
  return { clock, rates: rates as Record<WasmCeiling, number> };
}

/** A host that tells what WebAssembly can do at most as well. */
export function withWasmBound(host: Host): Host {
  const bounded: Host = { ...host, wasmBound: async (work) => await wasmBoundOf(bounded, work) };
  return bounded;
}

/**
 * The least time that one thread needs for programs: a product per MAC where the ADC loses nothing, else a look-up per column
 * read and four word lines. Reads that cannot clip, which a shortcut makes products, may pass 100 %.
 */
async function wasmBoundOf(
  host: Host,
  { programs, images, everyRead = false }: Work,
): Promise<Bound> {
  const { clock, rates } = await ratesOf(host);
  const bounds = programs.map((program) => {
    const isExact = !everyRead && !program.noise && losesNothing(program.adc, largestSum(program));
    return isExact
      ? { name: 'products', seconds: macsOf(program) / rates.products }
      : { name: 'look-ups', seconds: lookUpsOf(program) / rates.lookUps };
  });
  const largest = bounds.reduce((one, other) => (other.seconds > one.seconds ? other : one));
  const seconds = images * bounds.reduce((sum, one) => sum + one.seconds, 0);
  return { name: largest.name, seconds, clock };
}

const lookUpsOf = (program: MacroProgram): number =>
  columnReadsOf(program) * Math.ceil(program.wordLinesOn / 4);

function lookUpsTwin(iterations: number): number {
  const table = [7, 2, 13, 5, 11, 0, 9, 14, 3, 8, 1, 15, 6, 12, 4, 10];
  const bytes = new Uint8Array(8 * 16);
  const sums = new Uint8Array(8 * 16);
  for (let lane = 0; lane < 16; lane++) bytes[lane] = lane;
  for (let i = 16; i < bytes.length; i++) bytes[i] = table[bytes[i - 16] ?? 0] ?? 0;
  for (let step = 0; step < iterations; step++)
    for (let i = 0; i < bytes.length; i++) {
      bytes[i] = table[bytes[i] ?? 0] ?? 0;
      sums[i] = (sums[i] ?? 0) + (bytes[i] ?? 0);
    }
  return new Int32Array(sums.buffer).reduce((folded, word) => folded ^ word, 0);
}

function productsTwin(iterations: number): number {
  const [u, v] = [
    [3, -5, 7, -11, 13, -17, 19, -23],
    [-2, 4, -6, 8, -10, 12, -14, 16],
  ];
  const w = [1, 1, -1, -1, 2, 2, -2, -2];
  const z = [9, 0, 0, 9, 0, -9, -9, 0];
  const x = Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const y = Int16Array.of(8, 7, 6, 5, 4, 3, 2, 1);
  const sums = new Int32Array(8 * 4);
  for (let step = 0; step < iterations; step++) {
    [u, v, w, z].forEach((weights, chain) => {
      for (let i = 0; i < 8; i++) {
        const lane = 4 * chain + (i >> 1);
        sums[lane] = (sums[lane] ?? 0) + (x[i] ?? 0) * (weights[i] ?? 0);
        sums[lane + 16] = (sums[lane + 16] ?? 0) + (y[i] ?? 0) * (weights[i] ?? 0);
      }
    });
    for (let i = 0; i < 8; i++) {
      x[i] = (x[i] ?? 0) + (w[i] ?? 0);
      y[i] = (y[i] ?? 0) + (u?.[i] ?? 0);
    }
  }
  return sums.reduce((folded, word) => folded ^ word, 0);
}
