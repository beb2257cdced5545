import { describe, expect, it } from 'vitest';
import { mars, setChipValues } from '../../src/chips/index.ts';
import { densityProfileMasks } from '../../src/compress/group-masks.ts';
import { readJob, writeJob } from '../../src/pipeline/job-file.ts';
import { groupShapeOf } from '../../src/mapping/layer-groups.ts';
import type { Job, TrainedSource } from '../../src/pipeline/run-job.ts';
import { caught } from '../support/caught.ts';
import { noise, tourNetwork } from '../support/small-networks.ts';

const network = tourNetwork();
const job: Extract<Job, TrainedSource> = {
  network,
  chip: setChipValues(mars, ['adc.bits=5']),
  images: {
    name: 'noise',
    classes: 5,
    images: noise(network.input, 3),
    labels: Uint8Array.of(4, 0, 1),
  },
  calibration: noise(network.input, 2, 9),
  weightBits: 6,
  activationBits: 7,
  prunedGroups: 0.25,
  balance: 'lpt',
  seed: 12,
};

/** The job's bytes with its header changed. */
function damaged(change: (header: Record<string, unknown>) => void): Uint8Array {
  const bytes = writeJob(job);
  const headBytes = new DataView(bytes.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headBytes))) as Record<
    string,
    unknown
  >;
  change(header);
  const head = new TextEncoder().encode(JSON.stringify(header));
  const result = new Uint8Array(4 + head.length + bytes.length - 4 - headBytes);
  new DataView(result.buffer).setUint32(0, head.length, true);
  result.set(head, 4);
  result.set(bytes.subarray(4 + headBytes), 4 + head.length);
  return result;
}

describe('writeJob and readJob', () => {
  it('give back an equal job', () => {
    expect(readJob(writeJob(job))).toEqual(job);
  });

  it('give back its group masks', () => {
    const shape = groupShapeOf(job.chip, job.weightBits);
    const groupMasks = densityProfileMasks(network, 1, 1, shape);
    const masked = { ...job, prunedGroups: 0, groupMasks };

    expect(readJob(writeJob(masked))).toEqual(masked);
  });

  it('give back a job without calibration images, whose scales training settled', () => {
    const { calibration: _, ...settled } = job;

    expect(readJob(writeJob(settled))).toEqual(settled);
  });

  it('do so wherever the bytes lie', () => {
    const bytes = writeJob(job);
    const shifted = new Uint8Array(bytes.length + 5);
    shifted.set(bytes, 5);

    expect(readJob(shifted.subarray(5))).toEqual(job);
  });

  it('give the same bytes for the same job', () => {
    expect(writeJob(job)).toEqual(writeJob(job));
  });
});

describe('readJob', () => {
  it('refuses a job that is cut off, wherever', () => {
    const bytes = writeJob(job);
    const headBytes = new DataView(bytes.buffer).getUint32(0, true);

    const places = [0, 1, 3, 4, 5, headBytes, 4 + headBytes, 5 + headBytes, bytes.length - 1];
    for (const length of places)
      expect(
        caught(() => readJob(bytes.subarray(0, length))),
        `${length}`,
      ).toMatchObject({
        kind: 'input',
        where: ['job'],
      });
  });

  it('refuses bytes that come after it', () => {
    const bytes = new Uint8Array([...writeJob(job), 0]);

    expect(caught(() => readJob(bytes)).kind).toBe('input');
  });

  it('refuses a header that claims 2 GB', () => {
    const bytes = writeJob(job);
    new DataView(bytes.buffer).setUint32(0, 2_000_000_000, true);

    expect(caught(() => readJob(bytes)).kind).toBe('input');
  });

  it.each<[string, (header: Record<string, unknown>) => void]>([
    ['another version', (header) => (header['version'] = 2)],
    ['a missing seed', (header) => delete header['seed']],
    ['text for a number', (header) => (header['weightBits'] = '8')],
    ['no images', (header) => ((header['images'] as { images: number }).images = 0)],
    ['lengths that do not add up', (header) => (header['lengths'] = [1, 2, 3, 4])],
    ['a chip without an ADC', (header) => delete (header['chip'] as { adc?: unknown }).adc],
    ['more images than labels', (header) => ((header['images'] as { images: number }).images = 4)],
    ['wider images', (header) => ((header['images'] as { width: number }).width = 9)],
    [
      'more calibration images than there are pixels for',
      (header) => ((header['calibration'] as { images: number }).images = 50),
    ],
    [
      'fewer classes than labels',
      (header) => ((header['imageSet'] as { classes: number }).classes = 4),
    ],
    ['a seed of half a number', (header) => (header['seed'] = 0.5)],
    ['9 weight bits', (header) => (header['weightBits'] = 9)],
    ['a field that nobody knows', (header) => (header['sede'] = 1)],
    ['calibration images that nothing speaks of', (header) => delete header['calibration']],
    [
      'masks for another network',
      (header) =>
        Object.assign(header, {
          prunedGroups: 0,
          groupMasks:
            '{"version":1,"network":"a","shape":{"channels":16,"kernels":16},"layers":{}}',
        }),
    ],
    [
      'a negative length',
      (header) => {
        const lengths = header['lengths'] as number[];
        header['lengths'] = [lengths[0]! + lengths[1]! + 5, -5, lengths[2], lengths[3]];
      },
    ],
  ])('refuses %s', (_, change) => {
    expect(['input', 'chip']).toContain(caught(() => readJob(damaged(change))).kind);
  });

  it('refuses a damaged network in it', () => {
    const bytes = writeJob(job);
    const headBytes = new DataView(bytes.buffer).getUint32(0, true);
    bytes.fill(0xff, 4 + headBytes, 4 + headBytes + 8);

    expect(caught(() => readJob(bytes)).kind).toBe('input');
  });
});
