// How many images fit a batch: four times as many until the device has no memory, or there is no time.

import { openGpuOf } from '../backend.ts';
import { mapNetwork } from '../networks.ts';
import { seededImages } from '../seeded-images.ts';
import { simulate } from '../../simulate/simulate.ts';
import { onSeededImages } from './digest.ts';
import type { Part, Stage } from './stage.ts';

const network = 'resnet18';
const first = 16;
const growth = 4;
/** More images than this are a quarter of a gigabyte of pixels in this process. */
const most = 65_536;

/** The part. */
export const largestBatch: Part = {
  name: 'largest batch',
  asks: `How many images of ${network} fit one batch?`,
  share: 6,
  run: async (stage) => {
    const host = onSeededImages(stage.host);
    const mapping = await mapNetwork(host, await host.network(network), 'dense');
    await using backend = await openGpuOf(host);
    let secondsPerImage = 0;
    for (let batch = first; batch <= most; batch *= growth) {
      if (!stage.hasTime() || batch * secondsPerImage > stage.secondsLeft()) {
        stage.skip({ network, batch });
        return;
      }
      const images = seededImages(mapping.network.input, batch);
      const start = stage.host.now();
      let done = 0;
      const onProgress = (progress: { readonly done: number }): void => {
        if (done === 0) ({ done } = progress);
      };
      await simulate(mapping, images, { backend, batch, onProgress });
      const seconds = stage.host.now() - start;
      secondsPerImage = seconds / batch;
      addBatch(stage, { batch, done, seconds, bytes: backend.peakMemory });
      backend.rest();
      if (done < batch) return;
    }
  },
};

interface Batch {
  readonly batch: number;
  /** Images that ran at once: fewer where the device had too little memory. */
  readonly done: number;
  readonly seconds: number;
  readonly bytes: number;
}

function addBatch(stage: Stage, { batch, done, seconds, bytes }: Batch): void {
  stage.add({
    key: { network, batch },
    facts: {
      'ran at once': done,
      'images/s': Number((batch / seconds).toPrecision(4)),
      'peak MiB': Math.round(bytes / 2 ** 20),
    },
    checked: 'nothing: the same kernels as above',
    timing: null,
  });
  if (done < batch)
    stage.note(`a batch of ${batch} images did not fit the device's memory; ${done} did`);
}
