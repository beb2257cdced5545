// What a question of bench/ is, and what it is given: the machine it runs on, and a way to add rows.

import type { ImageSet } from '../datasets/image-set.ts';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import type { KernelShape } from '../gpu/kernel-shape.ts';
import type { Network } from '../network/network.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import type { Sources } from '../settings/sources.ts';
import type { Adapter, Row } from './result.ts';

/** Data sets that questions use. */
export type Dataset = 'mnist' | 'cifar10';

/** Backends that questions can be asked of. */
export const backendNames = ['gpu', 'wasm'] as const;
/** One of {@link backendNames}. */
export type BackendName = (typeof backendNames)[number];

/** What to measure, and how long. */
export interface Settings {
  /** Where layers and networks run: one after the other, in the same run, so that their rates can be compared. */
  readonly backends: readonly BackendName[];
  /** Repetitions of each case; fewer of those that take long, but at least 3. */
  readonly repetitions: number;
  /** Least seconds of a repetition: short runs are repeated within it. */
  readonly seconds: number;
  /** Only cases whose key matches. */
  readonly cases: RegExp | undefined;
  /** False once no further case is to be begun; always true by default. */
  readonly hasTime?: () => boolean;
}

/** Seconds on the wall, or of all threads. */
export type Clock = 'wall' | 'cpu';

/** What is to be bound. */
export interface Work {
  /** They run one after the other. */
  readonly programs: readonly MacroProgram[];
  readonly images: number;
  /** True where every column read is computed, also of an ADC that loses nothing. Default false. */
  readonly everyRead?: boolean | undefined;
}

/** The least seconds that one run could take, on which clock, and what binds it. */
export interface Bound {
  readonly name: string;
  readonly seconds: number;
  readonly clock: Clock;
}

/** Where a question is asked: this process, or a page of headless Chrome. */
export interface Host {
  readonly gpu: GPU;
  readonly adapter: Adapter;
  /** How kernels are cut there; the default shape by default. */
  readonly shape?: KernelShape;
  /** Seconds since some moment. */
  now(): number;
  /** CPU seconds used so far, of all threads; undefined where nobody tells. */
  cpuSeconds(): Promise<number | undefined>;
  /** The bound of WebAssembly on this processor; undefined where nobody measures it. */
  readonly wasmBound?: (work: Work) => Promise<Bound>;
  /** Opens WebAssembly on so many threads; undefined where there are none to be had. The caller disposes it. */
  readonly openThreads?: (threads: number) => Promise<MacroBackend>;
  /** Where jobs are loaded from. */
  readonly sources: Omit<Sources, 'testImages'>;
  /** A trained network of models/, or one that is built from code. */
  network(name: string): Promise<Network>;
  /** Every n-th image of a data set, so that `count` of them are spread over it. */
  images(name: Dataset, part: 'train' | 'test', count: number): Promise<ImageSet>;
}

/** Times a run. */
export interface Watch {
  /** From now on. */
  restart(): void;
}

/** A case that is ready to run. */
export interface TimedCase {
  /** Work of one run, by unit; the first unit is the headline. */
  readonly work: Readonly<Record<string, number>>;
  /** What else the row says. */
  readonly facts?: Row['facts'];
  readonly bound?: Bound;
  /** Seconds that the device worked since this was last asked; undefined where it does not tell. */
  readonly takeDeviceSeconds?: () => number | undefined;
  /**
   * Compares what `run` computes with the truth; says with what.
   * @throws {Error} when they differ
   */
  check(): Promise<string> | string;
  /** One run. One that calls `watch.restart` is not timed before that: what it does first is no part of the question. */
  run(watch: Watch): Promise<void> | void;
  /** Gives back what the case holds. */
  dispose?(): void;
}

/** What a question is given. */
export interface Bench {
  readonly host: Host;
  readonly settings: Settings;
  /**
   * Checks, then times a case; its row is added and given back. Nothing happens, not even `open`, where the settings do
   * not want the case.
   */
  measure(key: Row['key'], open: () => Promise<TimedCase> | TimedCase): Promise<Row | undefined>;
  /** Do the settings want the case with this key? */
  wants(key: Row['key']): boolean;
  /** Adds a row that has no times of its own, where the settings want it. */
  add(row: Omit<Row, 'timing'>): void;
  /** Says something about the whole result. */
  note(text: string): void;
}

/** A question of bench/. */
export interface Question {
  /** Name of its file, without `.bench.ts`. */
  readonly name: string;
  /** One sentence. */
  readonly asks: string;
  ask(bench: Bench): Promise<void>;
}
