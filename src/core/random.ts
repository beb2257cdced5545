// Counter-based random numbers: the same (seed, counter) gives the same number on every machine, in any order.

/**
 * One round of the PCG output function on a 32-bit word (M. Jarzynski and M. Olano, JCGT 9(3), 2020).
 * A good integer hash, and one that WGSL computes alike.
 */
export function pcg(input: number): number {
  const state = (Math.imul(input, 747796405) + 2891336453) >>> 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
}

/**
 * The next word of a sequence that runs through every 32-bit word but 0 (G. Marsaglia, "Xorshift RNGs", Journal of
 * Statistical Software 8(14), 2003, with shifts 13, 17, 5). Half the work of a hash, for draws that follow each other.
 */
export function xorshift32(state: number): number {
  let word = state ^ (state << 13);
  word ^= word >>> 17;
  return (word ^ (word << 5)) >>> 0;
}

/** A 32-bit random word for draw `counter` of `stream` under `seed`. */
export const randomWord = (seed: number, stream: number, counter: number): number =>
  pcg((counter + pcg((stream + pcg(seed >>> 0)) >>> 0)) >>> 0);

/** {@link randomWord} of one seed and stream, as a function of the counter: faster where there are many draws. */
export function randomWords(seed: number, stream: number): (counter: number) => number {
  const base = pcg((stream + pcg(seed >>> 0)) >>> 0);
  return (counter) => pcg((counter + base) >>> 0);
}

/** A number in [0, 1) with 32 random bits. */
export const uniform = (seed: number, stream: number, counter: number): number =>
  randomWord(seed, stream, counter) / 4294967296;

/**
 * About normally distributed, mean 0, deviation 1: the sum of twelve 16-bit uniforms less six (Irwin-Hall), so the
 * tails end at 6. Additions of integers only, hence the same everywhere. Used to initialise weights.
 */
export function gaussian(seed: number, stream: number, counter: number): number {
  let sum = 0;
  for (let i = 0; i < 6; i++) {
    const word = randomWord(seed, stream, counter * 6 + i);
    sum += (word & 0xffff) + (word >>> 16);
  }
  return sum / 65536 - 6 + 6 / 65536;
}

/**
 * Draws 0 ... count-1 of {@link gaussian}, each times `deviation`: the same numbers as one by one, several times
 * faster, for networks of millions of weights.
 */
export function gaussians(
  count: number,
  deviation: number,
  seed: number,
  stream: number,
): Float32Array {
  const base = pcg((stream + pcg(seed >>> 0)) >>> 0);
  const values = new Float32Array(count);
  for (let draw = 0, counter = base; draw < count; draw++) {
    let sum = 0;
    for (let i = 0; i < 6; i++) {
      const word = pcg(counter);
      counter = (counter + 1) >>> 0;
      sum += (word & 0xffff) + (word >>> 16);
    }
    values[draw] = deviation * (sum / 65536 - 6 + 6 / 65536);
  }
  return values;
}

/** The integers 0 ... count-1 in a random order (Fisher-Yates). */
export function shuffled(count: number, seed: number, stream: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniform(seed, stream, i) * (i + 1));
    const swap = order[i] as number;
    order[i] = order[j] as number;
    order[j] = swap;
  }
  return order;
}
