// Numbers over repetitions: spread, and the power law through points.

/** Least, median, 95th percentile and most of some values. */
export interface Spread {
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** The value below which `share` (0 ... 1) of the values lie, linear between neighbours as numpy does it. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** The {@link Spread} of at least one value. */
export const spreadOf = (values: readonly number[]): Spread => ({
  min: percentile(values, 0),
  p50: percentile(values, 0.5),
  p95: percentile(values, 0.95),
  max: percentile(values, 1),
});

/** y = coefficient x^exponent, by least squares on logarithms. */
export interface PowerLaw {
  readonly exponent: number;
  readonly coefficient: number;
  /** Share of the variance of log y that the line explains. */
  readonly r2: number;
}

/** The {@link PowerLaw} through at least two points with positive coordinates and different x. */
export function powerLaw(points: readonly { readonly x: number; readonly y: number }[]): PowerLaw {
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
  const meanX = mean(logs.map(({ x }) => x));
  const meanY = mean(logs.map(({ y }) => y));
  const sum = (of: (dx: number, dy: number) => number): number =>
    logs.reduce((total, { x, y }) => total + of(x - meanX, y - meanY), 0);
  const exponent = sum((dx, dy) => dx * dy) / sum((dx) => dx * dx);
  const left = sum((dx, dy) => (dy - exponent * dx) ** 2);
  const all = sum((_, dy) => dy * dy);
  return {
    exponent,
    coefficient: Math.exp(meanY - exponent * meanX),
    r2: all === 0 ? 1 : 1 - left / all,
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;
