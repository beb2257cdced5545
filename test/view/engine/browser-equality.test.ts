// Chrome's WebGPU gives the reference's numbers: whole jobs and random matrix-vector products.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { matrixVectorInBrowser, withPage } from '../../../src/cli/browser-job.ts';
import { findBrowser } from '../../../src/cli/browser.ts';
import {
  type MatrixVectorCase,
  matrixVector,
  type MatrixVectorResult,
} from '../../../src/pipeline/matrix-vector.ts';
import { errorData } from '../../../src/core/errors.ts';
import { openReference } from '../../../src/reference/reference-backend.ts';
import { caughtEventually } from '../../support/caught.ts';
import { emptyFolder, mars } from '../../support/mars.ts';
import { drawFrom } from '../../../src/measure/draw.ts';
import { itLong, tries } from '../../support/long.ts';

/** A random case of `mars mvm`: word lines 1 ... 64, every width, ADC that rounds and cuts off. */
function randomMatrix(seed: number): MatrixVectorCase {
  const draw = drawFrom(seed);
  const weightBits = draw(2, 8);
  const inputBits = draw(2, 8);
  const lowest = -(2 ** (weightBits - 1));
  const [outputs, inputs, batch] = [draw(1, 20), draw(1, 150), draw(1, 4)];
  return {
    wordLinesOn: draw(1, 64),
    inputBitsPerPhase: [1, 2, 4][draw(0, 2)]!,
    adc: { bits: draw(1, 8), step: draw(1, 3), offset: draw(-3, 3) },
    weightBits,
    inputBits,
    weights: Array.from({ length: outputs }, () =>
      Array.from({ length: inputs }, () => draw(lowest, -lowest - 1)),
    ),
    inputs: Array.from({ length: batch }, () =>
      Array.from({ length: inputs }, () => draw(0, 2 ** inputBits - 1)),
    ),
  };
}

describe('headless Chrome', () => {
  beforeAll(() => {
    mars(['--version']); // builds the page if it is stale
  });

  itLong('computes random matrix-vector products as the reference does', async ({ skip }) => {
    if (!findBrowser()) skip('no Chrome or Chromium');
    const cases = Array.from({ length: tries(10, 40) }, (_, seed) => randomMatrix(seed));
    const expected: MatrixVectorResult[] = [];
    for (const one of cases) expected.push(await matrixVector(one, openReference(), 'case'));

    const actual = await withPage(new Uint8Array(), async (page) => {
      const answers: unknown[] = [];
      for (const one of cases)
        answers.push(
          await page.evaluate(`marsServed.matrixVector(${JSON.stringify(one)}, 'case')`),
        );
      return answers;
    });

    expect(actual).toEqual(expected.map((result) => ({ result })));
  });

  it('throws what the page threw: the same kind, place and advice', async ({ skip }) => {
    if (!findBrowser()) skip('no Chrome or Chromium');
    // One group more than read noise can tell apart.
    const row = Array.from({ length: 65_537 }, () => 1);
    const one: MatrixVectorCase = {
      ...randomMatrix(1),
      wordLinesOn: 1,
      weights: [row],
      inputs: [row],
      noise: { read: 0.5 },
    };

    const here = await caughtEventually(() => matrixVector(one, openReference(), 'case'));
    const there = await caughtEventually(() => matrixVectorInBrowser(one, 'case'));

    expect(here.kind).toBe('mapping');
    expect(errorData(there)).toEqual(errorData(here));
  });

  for (const bits of [4, 6])
    itLong(`gives the bytes of gpu and reference with an ADC of ${bits} bits`, ({ skip }) => {
      if (!findBrowser()) skip('no Chrome or Chromium');
      const set = `adc.bits=${bits}`;
      const simulation = (backend: string): string => {
        const cwd = emptyFolder();
        const run = ['run', '--images', '12', '--set', set, '--backend', backend];
        const { code, stderr } = mars(run, cwd);
        expect(code, stderr).toBe(0);
        return readFileSync(join(cwd, 'out/simulation.json'), 'utf8');
      };

      const reference = simulation('reference');

      expect(simulation('gpu')).toBe(reference);
      expect(simulation('browser')).toBe(reference);
    });
});
