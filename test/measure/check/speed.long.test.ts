// The parts of a self-check that measure: each gives rows that were checked first, and names what it had no time for.

import { beforeAll, describe, expect, it } from 'vitest';
import { openNodeHost } from '../../../src/cli/node-host.ts';
import { largestBatch } from '../../../src/measure/check/largest-batch.ts';
import { ceilings, images, reads, shortcuts } from '../../../src/measure/check/speed.ts';
import type { Part } from '../../../src/measure/check/stage.ts';
import { sustained } from '../../../src/measure/check/sustained.ts';
import type { Host } from '../../../src/measure/question.ts';
import type { Fields, Row } from '../../../src/measure/result.ts';

let host: Host;

beforeAll(async () => {
  host = await openNodeHost();
});

interface Ran {
  readonly rows: readonly Row[];
  readonly skipped: readonly Fields[];
}

/** Runs a part that has time whenever it asks for the times of these numbers. */
async function run(part: Part, times: readonly number[]): Promise<Ran> {
  const rows: Row[] = [];
  const skipped: Fields[] = [];
  let asked = 0;
  await part.run({
    host,
    hasTime: () => times.includes(asked++),
    secondsLeft: () => Infinity,
    add: (row) => void rows.push(row),
    note: () => undefined,
    skip: (key) => void skipped.push(key),
  });
  return { rows, skipped };
}

describe('a self-check', () => {
  it.for([
    ['ceilings', ceilings, /with TypeScript/],
    ['column reads', reads, /sums of a small twin and .* of the run with the reference/],
    ['shortcuts', shortcuts, /sums of a small twin and .* of the run with the reference/],
  ] as const)('measures %s, as far as there is time', async ([, part, checked]) => {
    const { rows, skipped } = await run(part, [0]);

    expect(rows).toHaveLength(1);
    expect(rows[0]!.checked).toMatch(checked);
    expect(Object.values(rows[0]!.timing!.perSecond)[0]).toBeGreaterThan(0);
    expect(skipped.length).toBeGreaterThan(4);
  });

  it('measures networks: with an ADC that loses nothing, one that clips, and noise', async () => {
    const { rows, skipped } = await run(images, [0, 4, 8]);

    const mnist = { network: 'mnist-cnn', density: 'dense' };
    expect(rows.map(({ key, checked }) => [key, checked.replace(/^\d+ /, '')])).toEqual([
      [{ ...mnist, 'ADC bits': 6, noise: 'off' }, 'outputs of 8 images with the integer network'],
      [{ ...mnist, 'ADC bits': 5, noise: 'off' }, 'outputs of an image with wasm'],
      [{ ...mnist, 'ADC bits': 5, noise: 'read' }, 'outputs of an image with wasm'],
    ]);
    expect(rows.every(({ timing }) => timing!.perSecond['images']! > 0)).toBe(true);
    expect(skipped).toHaveLength(24 - 3);
  });

  it('finds the largest batch', async () => {
    const { rows, skipped } = await run(largestBatch, [0]);

    expect(rows).toMatchObject([
      { key: { network: 'resnet18', batch: 16 }, facts: { 'ran at once': 16 } },
    ]);
    expect(rows[0]!.facts['peak MiB']).toBeGreaterThan(1);
    expect(skipped).toEqual([{ network: 'resnet18', batch: 64 }]);
  });

  it('keeps the device at work, and looks at the sums', async () => {
    const { rows } = await run(sustained, [0, 1, 2]);

    expect(rows).toHaveLength(1);
    expect(rows[0]!.facts['runs']).toBe(3);
    expect(rows[0]!.facts['dispatches']).toBe(
      host.adapter.features.includes('timestamp-query') ? 6 : 0,
    );
  });
});
