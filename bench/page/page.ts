// The page that `npm run bench -- --headless` opens: the questions of bench/ on the browser's WebGPU.

import { CimError } from '../../src/core/errors.ts';
import type { ImageSet } from '../../src/datasets/image-set.ts';
import { adapterText, openDevice } from '../../src/gpu/open-gpu.ts';
import { loadNetwork } from '../../src/settings/load-job.ts';
import { questions } from '../questions.ts';
import { withWasmBound } from '../support/wasm-roofline.ts';
import { adapterOf } from '../../src/measure/adapter.ts';
import { type Answer, ask } from '../../src/measure/measure.ts';
import type { Dataset, Host, Settings } from '../../src/measure/question.ts';
import type { Adapter, Row } from '../../src/measure/result.ts';

/** What Node offers to the page. */
declare const benchCpuSeconds: () => Promise<number | null>;
declare const benchRow: (row: Row) => Promise<void>;

async function openHost(): Promise<Host> {
  const { adapter, device } = await openDevice(navigator.gpu);
  device.destroy();
  return {
    gpu: navigator.gpu,
    adapter: await adapterOf(navigator.gpu, adapterText(adapter)),
    now: () => performance.now() / 1000,
    cpuSeconds: async () => (await benchCpuSeconds()) ?? undefined,
    sources,
    network: (name) => loadNetwork({ network: name, seed: 1 }, sources),
    images,
  };
}

/** Networks and images as Node serves them; questions of bench/ ask for no files. */
const sources: Host['sources'] = {
  trainedNetworks: [],
  networkFile: async (name) => {
    const response = await fetch(`/models/${name}.safetensors`);
    return response.ok ? { name, bytes: new Uint8Array(await response.arrayBuffer()) } : undefined;
  },
  chipFile: () => Promise.resolve(undefined),
  maskFile: (name) => Promise.reject(new CimError('input', { what: 'is not served', where: name })),
  calibrationImages: async ({ dataset }, count) =>
    (await images(dataset as Dataset, 'train', count)).images,
};

async function images(name: Dataset, part: 'train' | 'test', count: number): Promise<ImageSet> {
  const response = await fetch(`/images/${name}/${part}/${count}`);
  if (!response.ok) throw new CimError('input', { what: await response.text() });
  const header = response.headers.get('x-image-set') ?? '';
  const { images: shape, ...set } = JSON.parse(header) as ImageSet;
  const bytes = new Uint8Array(await response.arrayBuffer());
  const pixels = bytes.length - shape.images;
  return {
    ...set,
    images: { ...shape, data: bytes.subarray(0, pixels) },
    labels: bytes.subarray(pixels),
  };
}

const host = openHost().then(withWasmBound);

Object.assign(globalThis, {
  marsBench: {
    adapter: async (): Promise<Adapter> => (await host).adapter,
    ask: async (name: string, settings: Settings, cases: string | null): Promise<Answer> => {
      const question = questions.find((one) => one.name === name);
      if (!question) throw new Error(`no question is called ${name}`);
      const wanted = { ...settings, cases: cases === null ? undefined : new RegExp(cases) };
      const rows: Promise<void>[] = [];
      const answer = await ask(question, await host, wanted, (row) => rows.push(benchRow(row)));
      await Promise.all(rows);
      return answer;
    },
  },
});
