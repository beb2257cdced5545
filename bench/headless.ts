// The same questions in a page of headless Chrome, on the browser's own WebGPU.

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sirv from 'sirv';
import { CimError } from '../src/core/errors.ts';
import { launchBrowser } from '../src/cli/browser.ts';
import { loadImages } from '../src/cli/node-host.ts';
import { packageRoot } from '../src/cli/package-root.ts';
import { processTreeSeconds } from './support/process-tree.ts';
import type { Dataset, Question, Settings } from '../src/measure/question.ts';
import type { Answer } from '../src/measure/measure.ts';
import type { Adapter, Row } from '../src/measure/result.ts';
import type { Asked } from './support/write-result.ts';

/** Longest that one question may take. */
const limitMs = 3 * 3600_000;
const folder = join(packageRoot, 'dist', 'bench-page');

/** Asks questions until it is closed. */
export interface Asker {
  ask(question: Question, settings: Settings, onRow: (row: Row) => void): Promise<Asked>;
  close(): Promise<void>;
}

/**
 * Builds the page, serves it on this machine alone and opens it in headless Chrome.
 * @throws {CimError} (environment) when there is no browser, or no adapter in it
 */
export async function openHeadless(): Promise<Asker> {
  // The archive of `npm run bundle` brings the page, and no sources to build it from.
  if (existsSync(join(packageRoot, 'vite.config.ts'))) {
    const { build } = await import('vite');
    await build({ root: packageRoot, mode: 'bench-page', logLevel: 'warn' });
  }
  const browser = await launchBrowser({ timeoutMs: limitMs });
  const server = await serve();
  const close = async (): Promise<void> => {
    await browser.close();
    server.close();
  };
  let onRow: (row: Row) => void = () => {};
  try {
    const page = await browser.newPage();
    const pid = browser.process()?.pid;
    await page.exposeFunction('benchCpuSeconds', () => processTreeSeconds(pid) ?? null);
    await page.exposeFunction('benchRow', (row: Row) => onRow(row));
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://localhost:${port}/bench/page/`);
    await page.waitForFunction('globalThis.marsBench !== undefined', { timeout: 30_000 });
    const adapter = (await page.evaluate('marsBench.adapter()')) as Adapter;
    const runtime = `Node ${process.version}, ${await browser.version()}`;
    return {
      ask: async ({ name }, { cases, ...settings }, listener) => {
        onRow = listener;
        const parts = JSON.stringify([name, settings, cases?.source ?? null]);
        const answer = (await page.evaluate(`marsBench.ask(...${parts})`)) as Answer;
        return { ...answer, where: 'headless', runtime, adapter };
      },
      close,
    };
  } catch (cause) {
    await close();
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new CimError('environment', {
      what: `the page fails: ${reason}`,
      where: '--headless',
      cause,
    });
  }
}

/** The built page; trained networks under /models; images under /images/<set>/<part>/<count>. */
async function serve(): Promise<Server> {
  const page = sirv(folder, { dev: true });
  const models = sirv(packageRoot, { dev: true });
  const server = createServer((request, response) => {
    const notFound = (): void => {
      response.statusCode = 404;
      response.end();
    };
    const [, kind, name, part, count] = (request.url ?? '').split('/');
    if (kind === 'images') sendImages(response, [name as Dataset, part as 'train' | 'test', count]);
    else if (kind === 'models') models(request, response, notFound);
    else page(request, response, notFound);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return server;
}

/** Pixels, then labels; what they are in a header. */
function sendImages(
  response: ServerResponse,
  [name, part, count]: readonly [Dataset, 'train' | 'test', string | undefined],
): void {
  try {
    const { images, labels, classes, name: title } = loadImages(name, part, Number(count));
    const { data, ...shape } = images;
    response.setHeader('x-image-set', JSON.stringify({ name: title, classes, images: shape }));
    response.write(data);
    response.end(labels);
  } catch (error) {
    response.statusCode = 500;
    response.end(error instanceof Error ? error.message : String(error));
  }
}
