// Noise of the macro in a training graph: fresh normal numbers in every step, so that a network learns on a new chip instance
// and new reads each time. The chip draws in fixed point from 16-bit uniforms (src/reference/noise.ts); here real numbers with
// the same deviations do, so that weights learn the same noise, not the same draws.

import { gaussians, randomWord } from '../../core/random.ts';
import { add, multiply, reshape } from '../autodiff/arithmetic.ts';
import { elements, type GraphBuilder, type Value } from '../autodiff/graph.ts';

/** Deviations of a macro's noise, as the chip file has them; 0: none of this kind. */
export interface ColumnNoise {
  /** Of every read of a column, in unit discharges. */
  readonly read: number;
  /** Of each column's offset, in unit discharges. */
  readonly offset: number;
  /** Of each column's gain, relative. */
  readonly gain: number;
  /** Of each cell's discharge, relative. */
  readonly cell: number;
}

/** Places in the list of normal numbers where a draw may begin, 0 ... 2^20 - 1; 32-bit floats hold each exactly. */
const starts = 2 ** 20;
/** Streams of random numbers: the list, how far the draws of a step lie apart, and where those of each step begin. */
const listStream = 0x4_0000;
const apartStream = 0x5_0000;
const startStream = 0x6_0000;

/** Name of the graph's input that says where the draws of a step begin; shape (1). */
export const noiseStartInput = 'noiseStart';
const listName = 'noise';

/**
 * Normal numbers for one graph. The graph holds one long list of them; each draw takes a piece of it, which begins elsewhere
 * in every step. So a step costs no random numbers, only copies.
 */
export class NoiseDraws {
  readonly #graph: GraphBuilder;
  readonly #seed: number;
  readonly #start: Value;
  #draws = 0;
  #longest = 0;

  constructor(graph: GraphBuilder, seed: number) {
    this.#graph = graph;
    this.#seed = seed;
    const given = graph.input(noiseStartInput, [1]);
    this.#start = graph.node('Cast', [given], [1], { attributes: { to: 7 }, type: 'int64' });
  }

  /** Normal numbers of mean 0 and the given deviation. */
  take(shape: readonly number[], deviation: number): Value {
    const graph = this.#graph;
    const count = elements(shape);
    const apart = randomWord(this.#seed, apartStream, this.#draws) % starts;
    this.#draws += 1;
    this.#longest = Math.max(this.#longest, count);
    const whole = (operator: string, value: Value, number: number): Value =>
      graph.node(operator, [value, graph.integers([number])], [1], { type: 'int64' });
    const first = whole('Mod', whole('Add', this.#start, apart), starts);
    const list: Value = { name: listName, type: 'float32', shape: [starts + count] };
    const ends = [first, whole('Add', first, count), graph.integers([0])];
    const piece = graph.node('Slice', [list, ...ends], [count]);
    return multiply(graph, reshape(graph, piece, shape), graph.scalar(deviation));
  }

  /** Adds the list; to be called once, after the last draw. */
  finish(): void {
    const length = starts + this.#longest;
    this.#graph.array(listName, gaussians(length, 1, this.#seed, listStream));
  }
}

/** The number for {@link noiseStartInput}: the same for the same seed and number of the step. */
export const noiseStart = (seed: number, step: number): number =>
  randomWord(seed, startStream, step) % starts;

/** The cells of a layer, each with its own mismatch. */
export const mismatched = (
  graph: GraphBuilder,
  draws: NoiseDraws,
  cells: Value,
  { cell }: ColumnNoise,
): Value => (cell === 0 ? cells : scaledBy(graph, cells, draws.take(cells.shape, cell)));

/** `values` x (1 + `deviations`). */
const scaledBy = (graph: GraphBuilder, values: Value, deviations: Value): Value =>
  multiply(graph, values, add(graph, deviations, graph.scalar(1)));

/** The columns of a layer: one gain and one offset each, for all groups of its tile. */
export interface ColumnDeviations {
  /** (1, 1, columns, 1), relative; undefined: all are alike. */
  readonly gains: Value | undefined;
  /** The same shape, in unit discharges. */
  readonly offsets: Value | undefined;
}

/** Draws the {@link ColumnDeviations} of a layer with so many columns. */
export const columnDeviations = (
  draws: NoiseDraws,
  columns: number,
  { gain, offset }: ColumnNoise,
): ColumnDeviations => ({
  gains: gain === 0 ? undefined : draws.take([1, 1, columns, 1], gain),
  offsets: offset === 0 ? undefined : draws.take([1, 1, columns, 1], offset),
});

/**
 * Sums on bit lines (images, blocks x columns, P, Q), in `perUnit` parts of a unit discharge, with gains, offsets and the noise
 * of every read.
 */
export function noisySums(
  graph: GraphBuilder,
  sums: Value,
  {
    draws,
    deviations: { gains, offsets },
    noise,
    blocks,
    perUnit,
  }: {
    readonly draws: NoiseDraws;
    readonly deviations: ColumnDeviations;
    readonly noise: ColumnNoise;
    readonly blocks: number;
    readonly perUnit: number;
  },
): Value {
  const [images = 1, columns = 1, P = 1, Q = 1] = sums.shape;
  let noisy = reshape(graph, sums, [images, blocks, columns / blocks, P * Q]);
  const inUnits = (value: Value): Value => multiply(graph, value, graph.scalar(perUnit));
  if (gains) noisy = scaledBy(graph, noisy, gains);
  if (offsets) noisy = add(graph, noisy, inUnits(offsets));
  if (noise.read > 0) noisy = add(graph, noisy, draws.take(noisy.shape, noise.read * perUnit));
  return reshape(graph, noisy, sums.shape);
}
