// A whole network on a backend as a case: checked against the integer network, then timed.

import { imageSlice } from '../../src/core/feature-map.ts';
import type { Mapping } from '../../src/mapping/map-to-chip.ts';
import type { Network } from '../../src/network/network.ts';
import { networkMacs } from '../../src/network/network.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { busySize } from './measure.ts';
import { checkNetwork, datasetOf, isTrained } from './networks.ts';
import type { Host, TimedCase } from './question.ts';

/** Most images that a run takes to keep the device busy. */
const mostImages = 1024;
/** Images that are checked: the integer network does some 50 to 200 million MACs per second. */
const checkedMacs = 4e8;

/** What is run. */
export interface NetworkRun {
  readonly network: Network;
  /** With an ADC that loses nothing. */
  readonly mapping: Mapping;
  /** Images per batch; the simulator's choice by default. */
  readonly batch?: number;
  /** Images per run; as many as take {@link seconds} by default. */
  readonly images?: number;
  /** Least seconds of a run. */
  readonly seconds: number;
}

/** The case of a network on `backend`. */
export async function openNetworkCase(
  host: Host,
  backend: MacroBackend,
  run: NetworkRun,
): Promise<TimedCase> {
  const { network, mapping, batch } = run;
  const options = { backend, ...(batch === undefined ? {} : { batch }) };
  const most = run.images ?? mostImages;
  const { images } = await host.images(datasetOf(network), 'test', most);
  const simulateFirst = async (count: number): Promise<void> => {
    await simulate(mapping, imageSlice(images, 0, count), options);
  };
  const count = run.images ?? (await busySize(host, run.seconds, most, simulateFirst));
  const reads = (await simulate(mapping, imageSlice(images, 0, 1), { backend })).activity.reduce(
    (sum, layer) => sum + layer.columnReads,
    0,
  );
  const checked = Math.max(1, Math.min(8, Math.floor(checkedMacs / networkMacs(network)), count));
  return {
    work: { images: count, 'column reads': count * reads },
    facts: { images: count, weights: isTrained(network) ? 'trained' : 'seeded, untrained' },
    check: async () => await checkNetwork(mapping, images, backend, checked),
    run: async () => await simulateFirst(count),
  };
}
