// What `npm run test:all` runs beyond `npm test`. Whole files of it are called `*.long.test.ts`.

import { describe, it, type TestFunction } from 'vitest';

const register = it;
const registerSuite = describe;

/** Whether everything runs: `npm run test:all`, or `npx vitest run --mode all FILE`. */
export const runsAll: boolean = process.env['MARS_TEST_ALL'] === '1';

/** How often something is tried: `few` times by `npm test`, `all` times by `npm run test:all`. */
export const tries = (few: number, all: number): number => (runsAll ? all : few);

/** Every `step`-th of `all`, from the first on; `npm run test:all` takes all. */
export const everyNth = <T>(step: number, all: readonly T[]): readonly T[] =>
  runsAll ? all : all.filter((_, i) => i % step === 0);

/** A test that only `npm run test:all` knows: `npm test` does not count it as skipped. */
export function itLong(title: string, body: TestFunction, timeout?: number): void {
  if (runsAll) register(title, body, timeout);
}

/** A suite of nothing but such tests. */
export function describeLong(title: string, body: () => void): void {
  if (runsAll) registerSuite(title, body);
}
