import { describe, expect, it } from 'vitest';
import { mars } from '../../src/chips/index.ts';
import { type IndexCoding, indexCodings } from '../../src/mapping/index-coding.ts';
import { groupShapeOf } from '../../src/mapping/layer-groups.ts';
import { readStoredImage, writeStoredImage } from '../../src/mapping/stored-image.ts';
import { readJob, writeJob } from '../../src/pipeline/job-file.ts';
import { type Job, mapJob, runJob, trainedOn } from '../../src/pipeline/run-job.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { caught } from '../support/caught.ts';
import { noise, tourNetwork } from '../support/small-networks.ts';
import { describeLong, everyNth } from '../support/long.ts';

const network = tourNetwork();
const common = {
  chip: mars,
  images: {
    name: 'noise',
    classes: 5,
    images: noise(network.input, 3),
    labels: Uint8Array.of(4, 0, 1),
  },
  seed: 2,
};
const trained = (indexCoding: IndexCoding): Job => ({
  ...common,
  network,
  calibration: noise(network.input, 4, 9),
  weightBits: 8,
  activationBits: 8,
  prunedGroups: 0.4,
  indexCoding,
});

/** The same job from the image that the trained one stores. */
function stored(job: Job): Job {
  const mapping = mapJob(job);
  const { network: compressed, chip, indexCoding } = mapping;
  const image = writeStoredImage(
    { network: compressed, indexCoding, dataset: trainedOn(job) },
    (bits) => groupShapeOf(chip, bits),
  );
  return { ...common, stored: readStoredImage(image, 'image') };
}

describe('runJob from a stored image', () => {
  it.each(everyNth(2, indexCodings))(
    'gives the report of the trained network but for float (%s)',
    async (coding) => {
      const job = trained(coding);

      const [from, direct] = [
        await runJob(stored(job), openReference()),
        await runJob(job, openReference()),
      ];

      expect(from.outputs).toEqual(direct.outputs);
      expect(from.activity).toEqual(direct.activity);
      const { accuracy } = direct.report;
      expect(accuracy.floatTop1).not.toBeNull();
      expect(from.report).toEqual({
        ...direct.report,
        accuracy: { ...accuracy, floatTop1: null, floatImages: 0 },
      });
    },
  );
});

describeLong('mapJob', () => {
  it('changes nothing but the stored bits with the index coding', async () => {
    const [absolute, gap] = [
      await runJob(trained('absolute'), openReference()),
      await runJob(trained('gap'), openReference()),
    ];

    expect(gap.outputs).toEqual(absolute.outputs);
    expect(gap.timeline).toEqual(absolute.timeline);
    const saved = absolute.report.compression.indexBits - gap.report.compression.indexBits;
    expect(saved).toBeGreaterThan(0);
    expect(gap.report.compression).toEqual({
      ...absolute.report.compression,
      indexBits: absolute.report.compression.indexBits - saved,
      storedBits: absolute.report.compression.storedBits - saved,
    });
    expect(gap.report.energy.perFrame.weightPath).toBeLessThan(
      absolute.report.energy.perFrame.weightPath,
    );
    expect(gap.report.energy.perFrame.macro).toBe(absolute.report.energy.perFrame.macro);
  });
});

describe('writeJob and readJob', () => {
  it('give back jobs of stored networks, and index codings', () => {
    const job = trained('bitmap');

    expect(readJob(writeJob(job))).toStrictEqual(job);
    expect(readJob(writeJob({ ...stored(job), balance: 'lpt' }))).toEqual({
      ...stored(job),
      balance: 'lpt',
    });
  });

  it('refuse a damaged image', () => {
    const bytes = writeJob(stored(trained('gap')));
    const head = new DataView(bytes.buffer).getUint32(0, true);
    bytes[4 + head + 100]! ^= 1;

    expect(caught(() => readJob(bytes))).toMatchObject({ kind: 'input', where: ['job'] });
  });
});
