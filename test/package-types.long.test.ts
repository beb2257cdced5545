// The types of the package in projects of others, with nothing skipped: both compilers, both ways to find modules, with
// and without the libraries and types that a project may have.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from './support/mars.ts';
import { type PackedPackage, unpackPackage } from './support/packed-package.ts';

/** Uses what has neither DOM nor Node. */
const anywhere = `
import { type Job, type MacroBackend, type Report, runJob, toChromeTrace } from 'mars-cim';
import { mars } from 'mars-cim/chips';
import { type AnyGpu, openGpu } from 'mars-cim/gpu';
import { readNetworkFile } from 'mars-cim/networks';
import { type OnnxRuntime, train, trainDefaults } from 'mars-cim/train';

export async function simulate(job: Job, gpu: AnyGpu): Promise<Report> {
  const backend: MacroBackend = await openGpu(gpu, { maxMemory: 2 ** 20 });
  try {
    const { report, timeline } = await runJob(job, backend);
    console.log(toChromeTrace(timeline), mars.adc.bits.value);
    return report;
  } finally {
    await backend[Symbol.asyncDispose]();
  }
}
export const learn = async (runtime: OnnxRuntime, { images, ...job }: Job) => {
  if ('stored' in job) return undefined;
  return (await train(job.network, images, runtime, trainDefaults)).network;
};
export const read = (bytes: Uint8Array) => readNetworkFile(bytes, 'file').nodes.length;
// @ts-expect-error: no GPU
void openGpu({});
declare const console: { log(...values: readonly unknown[]): void };
`;

/** Uses a GPU by the types that the project has for it. */
const withGpuTypes = `
import { describeAdapter, openGpu } from 'mars-cim/gpu';

export const open = async (gpu: GPU) => {
  const adapter = await gpu.requestAdapter();
  if (adapter) describeAdapter(adapter).vendor.toUpperCase();
  return await openGpu(gpu);
};
`;

/** What a program that uses the element would be written like; wrong lines are marked as such. */
const element = `
import { mars } from 'mars-cim/chips';
import { type Report } from 'mars-cim';
import { MarsChip, type RunResult, type ViewName } from 'mars-cim/element';
import 'mars-cim/element/define';

const element: MarsChip = document.createElement('mars-chip');
element.images = 0;
element.adcBits = undefined;
element.addEventListener('result', (event) => {
  const result: RunResult = event.detail;
  const report: Report = result.report;
  console.log(report.network, result.timeline.cyclesPerFrame);
});
element.addEventListener('error', ({ detail }) => console.log(detail.message.length));
element.addEventListener('progress', ({ detail }) => console.log(detail.done / detail.total));
element.addEventListener('click', (event) => console.log(event.clientX));
MarsChip.dataUrl = new URL('data/', document.baseURI);
const view: ViewName = 'layers';
const bits: number = mars.adc.bits.value;
console.log(view, bits);
// @ts-expect-error: no number
element.images = 'many';
// @ts-expect-error: no such view
const wrong: ViewName = 'sideways';
// @ts-expect-error: nothing of a pointer in it
element.addEventListener('result', (event) => console.log(event.clientX, wrong));
`;

/** The code of README.md: its TypeScript, and what stands in a page's script. */
function readmeCode(): readonly string[] {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const blocks = [...text.matchAll(/^```(ts|html)\n(.*?)^```/gms)];
  return blocks.map(([, language, code]) =>
    language === 'ts'
      ? code!
      : [...code!.matchAll(/<script type="module">\n(.*?)<\/script>/gs)]
          .map(([, script]) => script!)
          .join(''),
  );
}

const compilers = { '5.9': 'oldest-typescript', '6.0': 'typescript', '7.0': 'typescript-7' };
const resolutions = {
  nodenext: { module: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};
const dom = ['es2022', 'dom', 'dom.iterable'];
const projects = {
  'without the DOM': { lib: ['es2022'], types: [], files: ['anywhere.ts'] },
  'in Node': { lib: ['es2022'], types: ['node'], files: ['anywhere.ts'] },
  'with the DOM': { lib: dom, types: [], files: ['anywhere.ts', 'element.ts'] },
};

describe('the types of the package', () => {
  let stranger: PackedPackage;

  beforeAll(() => {
    stranger = unpackPackage();
    stranger.link('@types/node', 'undici-types', '@webgpu/types');
    stranger.write('anywhere.ts', anywhere);
    stranger.write('gpu.ts', withGpuTypes);
    stranger.write('element.ts', element);
  });

  /** What a compiler of this repository says about files of the project. */
  const compile = (
    compiler: string,
    {
      files,
      ...options
    }: { readonly files: readonly string[]; readonly [option: string]: unknown },
  ): string => {
    const base = { noEmit: true, strict: true, skipLibCheck: false, target: 'es2022' };
    const compilerOptions = { ...base, ...options };
    stranger.write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
    return stranger.node([join(root, 'node_modules', compiler, 'bin/tsc')]).output;
  };

  for (const [version, compiler] of Object.entries(compilers))
    for (const [resolution, module] of Object.entries(resolutions))
      for (const [name, project] of Object.entries(projects))
        it(`compile with TypeScript ${version}, ${resolution}, ${name}`, () => {
          expect(compile(compiler, { ...module, ...project })).toBe('');
        });

  it.each(Object.entries(compilers))(
    'let README’s code compile with TypeScript %s',
    (_, compiler) => {
      const snippets = readmeCode();
      const files = snippets.map((code, i) => {
        stranger.write(`readme-${i}.ts`, code);
        return `readme-${i}.ts`;
      });

      expect(files.length).toBeGreaterThan(1);
      const options = { ...resolutions.nodenext, lib: dom, types: ['node'], files };
      expect(compile(compiler, options)).toBe('');
    },
  );

  it('fit the GPU of TypeScript 6, and that of @webgpu/types', () => {
    const common = { ...resolutions.nodenext, lib: dom, files: ['gpu.ts'] };
    expect(compile('typescript', { ...common, types: [] })).toBe('');
    // What the package @webgpu/types says is not checked here.
    const types = ['@webgpu/types'];
    expect(compile('oldest-typescript', { ...common, types, skipLibCheck: true })).toBe('');
  });
});
