// How cores share the ports of the feature-map memories while they compute: max-min fair, as round-robin arbitration is.

/** What a core asks of the ports while it computes. */
export interface Stream {
  /** Pixels per cycle if nothing holds it up. */
  readonly fullRate: number;
  /** Feature-map words read and written per pixel. */
  readonly reads: number;
  readonly writes: number;
}

/** Words per cycle. */
export interface Ports {
  readonly read: number;
  readonly write: number;
}

/**
 * What each of `demands` gets of `capacity`: all of it if there is enough, else no one gets more than another who asks
 * for more than that.
 */
export function fairShares(demands: readonly number[], capacity: number): readonly number[] {
  const total = demands.reduce((sum, demand) => sum + demand, 0);
  if (total <= capacity) return demands;
  const order = demands
    .map((demand, index) => ({ demand, index }))
    .toSorted((a, b) => a.demand - b.demand);
  const granted = demands.map(() => 0);
  let left = capacity;
  order.forEach(({ demand, index }, served) => {
    const share = Math.min(demand, left / (order.length - served));
    granted[index] = share;
    left -= share;
  });
  return granted;
}

/** Pixels per cycle of each stream under the ports' limits. */
export function streamRates(streams: readonly Stream[], ports: Ports): readonly number[] {
  const slowdown = (words: (stream: Stream) => number, capacity: number): readonly number[] => {
    const demands = streams.map((stream) => stream.fullRate * words(stream));
    return fairShares(demands, capacity).map((share, i) =>
      demands[i] === 0 ? 1 : share / (demands[i] ?? 1),
    );
  };
  const reads = slowdown((stream) => stream.reads, ports.read);
  const writes = slowdown((stream) => stream.writes, ports.write);
  return streams.map((stream, i) => stream.fullRate * Math.min(reads[i] ?? 1, writes[i] ?? 1));
}
