// A whole network on a backend as a case: checked against the integer network, or another backend, then timed.
//
// `simulate` turns the mapping into programs and uploads their weights before the first batch. That happens once however
// many images there are, so the watch starts when the first batch is done.

import { hasKind } from '../core/errors.ts';
import { type FeatureMap, imageSlice } from '../core/feature-map.ts';
import type { Mapping } from '../mapping/map-to-chip.ts';
import { type Network, networkMacs } from '../network/network.ts';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import { simulate } from '../simulate/simulate.ts';
import { toPrograms } from '../simulate/to-program.ts';
import { takeDeviceSeconds } from './backend.ts';
import { boundOf, columnReadsOf } from './bounds.ts';
import { timeRuns } from './measure.ts';
import { checkNetwork, imagesOf, isTrained } from './networks.ts';
import type { Host, TimedCase, Watch } from './question.ts';

/** Most images of a run. */
const maxImages = 4096;
/** MACs that the integer network checks: it does some 200 million per second. */
const checkedMacs = 4e8;

/** What is run. */
export interface NetworkRun {
  readonly network: Network;
  readonly mapping: Mapping;
  /** Images per batch; the simulator's choice by default. */
  readonly batch?: number;
  /** Most seconds that a batch should take, where `batch` says nothing: a slow device gets fewer images. No limit by default. */
  readonly batchSeconds?: number;
  /** Least seconds of a run; it takes as many batches as they need. */
  readonly seconds: number;
}

/** The case of a network on `backend`. */
export async function openNetworkCase(
  host: Host,
  backend: MacroBackend,
  run: NetworkRun,
): Promise<TimedCase> {
  const { network, mapping } = run;
  const images = await imagesOf(host, network, maxImages);
  // A batch before the watch starts, and one that is timed.
  const half = Math.floor(images.images / 2);
  const runOf = (batch: number, batches: number): TimedCase['run'] => {
    const taken = imageSlice(images, 0, batch * (batches + 1));
    return async (watch: Watch) => {
      const onProgress = ({ done }: { readonly done: number }): void => {
        if (done === batch) watch.restart();
      };
      await simulate(mapping, taken, { backend, batch, onProgress });
    };
  };
  const wallOf = async (batch: number, batches: number): Promise<number> => {
    const work = {};
    const check = (): string => '';
    const { wall } = await timeRuns({ work, check, run: runOf(batch, batches) }, host, 1);
    return wall;
  };
  const short =
    run.batchSeconds !== undefined && run.batch === undefined
      ? await shortBatch((one) => wallOf(one, 1), run.batchSeconds)
      : undefined;
  const wanted = run.batch ?? short ?? (await chosenBatch(mapping, images, backend));
  const batch = Math.min(half, wanted);
  const mostBatches = Math.floor(images.images / batch) - 1;
  let batches = 1;
  while (batches < mostBatches) {
    const wall = await wallOf(batch, batches);
    if (wall >= run.seconds) break;
    batches = Math.min(mostBatches, batches * Math.ceil(Math.min(16, (1.2 * run.seconds) / wall)));
  }
  const count = batches * batch;
  const programs = [...toPrograms(mapping).values()];
  const reads = programs.reduce((sum, program) => sum + columnReadsOf(program), 0);
  const bound =
    backend.name === 'gpu' ? await boundOf(host, { programs, images: count }) : undefined;
  const checked = Math.max(1, Math.min(8, Math.floor(checkedMacs / networkMacs(network))));
  return {
    ...(bound && { bound }),
    work: { images: count, 'column reads': count * reads },
    takeDeviceSeconds: () => takeDeviceSeconds(backend),
    facts: { batch, images: count, weights: isTrained(network) ? 'trained' : 'seeded, untrained' },
    check: async () => await checkNetwork(mapping, images, backend, checked),
    run: runOf(batch, batches),
  };
}

/** From so many images on a device is fast enough for the batch that `simulate` chooses. */
const fastBatch = 64;

/**
 * The largest batch of 1, 4, 16 images that is thought to take at most `seconds`; undefined for a device that does 64 in that time.
 * @param wallOf gives the seconds of a batch
 */
export async function shortBatch(
  wallOf: (batch: number) => Promise<number>,
  seconds: number,
): Promise<number | undefined> {
  const growth = 4;
  for (let batch = 1; batch < fastBatch; batch *= growth)
    if ((await wallOf(batch)) * growth > seconds) return batch;
  return undefined;
}

/** The batch that `simulate` chooses, from the progress that it tells of the first. */
async function chosenBatch(
  mapping: Mapping,
  images: FeatureMap,
  backend: MacroBackend,
): Promise<number> {
  let batch = 1;
  const signal = { aborted: false };
  const onProgress = ({ done }: { readonly done: number }): void => {
    batch = done;
    signal.aborted = true;
  };
  try {
    await simulate(mapping, images, { backend, signal, onProgress });
  } catch (error) {
    if (!hasKind(error, 'cancelled')) throw error;
  }
  return batch;
}
