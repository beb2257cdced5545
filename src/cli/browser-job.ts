// `--backend browser`: the identical job in a page of headless Chrome, through puppeteer.

import type { Page } from 'puppeteer';
import { CimError, type ErrorData, errorOf } from '../core/errors.ts';
import type { LongWork, Progress } from '../core/progress.ts';
import { writeJob } from '../pipeline/job-file.ts';
import type { MatrixVectorCase, MatrixVectorResult } from '../pipeline/matrix-vector.ts';
import type { Job, JobFigures } from '../pipeline/run-job.ts';
import { launchBrowser } from './browser.ts';
import { servePage } from './page-server.ts';

/** Longest that one job may run in a page. */
const limitMs = 60 * 60_000;

/** As `ServedOptions` of src/view/engine/browser-backend.ts. */
interface ServedOptions {
  readonly maxMemory?: number | undefined;
}

/** What crosses from the page: numbers and text only, as src/view/engine/browser-backend.ts gives them. */
type ServedResult = Omit<JobFigures, 'outputs'> & { readonly outputs: readonly number[] };

/**
 * Runs a job in headless Chrome.
 * @throws {CimError} (environment) when there is no browser, no page or no adapter in it
 * @throws {CimError} of the stage that cannot be done in the page, as it was thrown there; (simulation) when the page itself fails
 */
export async function runJobInBrowser(
  job: Job,
  work: LongWork,
  options: ServedOptions = {},
): Promise<JobFigures> {
  const result = await withPage(writeJob(job), async (page) => {
    await page.exposeFunction('marsProgress', (progress: Progress) => work.onProgress?.(progress));
    return await served<ServedResult>(
      page,
      `marsServed.runJob("/job", marsProgress, ${JSON.stringify(options)})`,
    );
  });
  const { report, outputs, ...rest } = result;
  return { ...rest, report: { ...report, backend: 'browser' }, outputs: Int32Array.from(outputs) };
}

/** Computes a matrix-vector product in headless Chrome; errors as {@link runJobInBrowser}. */
export const matrixVectorInBrowser = (
  one: MatrixVectorCase,
  where: string,
): Promise<MatrixVectorResult> =>
  withPage(
    new Uint8Array(),
    async (page) =>
      await served<MatrixVectorResult>(
        page,
        `marsServed.matrixVector(${JSON.stringify(one)}, ${JSON.stringify(where)})`,
      ),
  );

/** As `Outcome` of src/view/engine/browser-backend.ts. */
type Outcome<T> = { readonly result: T } | { readonly error: ErrorData };

/** What a call of `marsServed` gives; its error is thrown here with the kind and the parts that it had in the page. */
async function served<T>(page: Page, call: string): Promise<T> {
  const outcome = (await page.evaluate(call)) as Outcome<T>;
  if ('error' in outcome) throw errorOf(outcome.error);
  return outcome.result;
}

/**
 * Opens the built page in headless Chrome, with `job` at `/job`, for as long as `use` runs.
 * @throws {CimError} (environment) when there is no browser or the page is not built
 * @throws {CimError} of the stage that cannot be done in the page, as it was thrown there; (simulation) when the page itself fails
 */
export async function withPage<T>(job: Uint8Array, use: (page: Page) => Promise<T>): Promise<T> {
  const server = await servePage({ files: { '/job': job } });
  const browser = await launchBrowser({ timeoutMs: limitMs });
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.waitForFunction('globalThis.marsServed !== undefined', { timeout: 30_000 });
    return await use(page);
  } catch (cause) {
    if (cause instanceof CimError) throw cause;
    const lines = cause instanceof Error ? cause.message.split('\n') : [String(cause)];
    throw new CimError('simulation', {
      what: `the page failed: ${lines[0]}`,
      where: '--backend browser',
      cause,
    });
  } finally {
    await browser.close();
    server.close();
  }
}
