// What an experiment reads from this machine, checked and hashed before any point is computed.

import { createHash } from 'node:crypto';
import { chipNamed } from '../../chips/index.ts';
import { CimError, hasKind } from '../../core/errors.ts';
import { writeMaskFile } from '../../compress/mask-file.ts';
import { checkChipPaths } from '../../experiment/check-chip-paths.ts';
import type { Experiment } from '../../experiment/expand-plan.ts';
import type { Point, PointSettings } from '../../experiment/point.ts';
import type { MapJob } from '../../pipeline/run-job.ts';
import { imageTarget, loadNetworkOrImage } from '../../settings/load-job.ts';
import { nodeSources } from '../node-sources.ts';
import { labelBytes } from '../../datasets/image-set.ts';
import type { Inputs } from './results-folder.ts';

/**
 * SHA-256 of every network file, chip file, mask file and set of images of the points.
 * @throws {CimError} (usage, input, missingData) for what does not exist or cannot be read, and for a path that no chip
 * of the plan has
 */
export async function inputsOf({ points }: Experiment): Promise<Inputs> {
  await checkChipPaths(points, nodeSources);
  const inputs: Record<string, string> = {};
  for (const name of distinct(points, ({ network }) => network)) {
    const file = await nodeSources.networkFile(name);
    if (file) inputs[`network ${name}`] = sha256([file.bytes]);
  }
  for (const name of distinct(points, ({ chip }) => chip)) {
    const file = await nodeSources.chipFile(name);
    if (file) inputs[`chip ${name}`] = sha256([file.bytes]);
  }
  for (const name of distinct(points, ({ groupMasks }) => groupMasks ?? '')) {
    if (name === '') continue;
    const text = writeMaskFile(await nodeSources.maskFile(name));
    inputs[`group masks ${name}`] = sha256([new TextEncoder().encode(text)]);
  }
  await addImageSets(points, inputs);
  return inputs;
}

const distinct = <T>(
  points: readonly Point[],
  of: (settings: PointSettings) => T,
): readonly T[] => [...new Set(points.map(({ settings }) => of(settings)))];

const sha256 = (parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

/** Networks are loaded for what they were trained on; of points that share a data set the most images count. */
async function addImageSets(
  points: readonly Point[],
  inputs: Record<string, string>,
): Promise<void> {
  const most = new Map<string, PointSettings>();
  for (const { settings } of points) {
    const { network, dataset, data, resize, labels } = settings;
    const key = JSON.stringify([network, dataset, data, resize, labels]);
    if (settings.images > (most.get(key)?.images ?? 0)) most.set(key, settings);
  }
  for (const settings of most.values()) {
    const loaded = await loadNetworkOrImage(settings, nodeSources);
    const target = imageTarget({ ...loaded, chip: chipNamed('mars') } as MapJob);
    const { name, images, labels } = await nodeSources
      .testImages(target, settings)
      .catch((error: unknown) => {
        throw withEstimateAdvice(error);
      });
    inputs[`images ${name}, first ${images.images}`] = sha256([images.data, labelBytes(labels)]);
  }
}

function withEstimateAdvice(error: unknown): unknown {
  if (!hasKind(error, 'missingData')) return error;
  const { what, where, todo } = error;
  return new CimError('missingData', {
    what,
    where,
    todo: `${todo}; or estimate without images (--images 0)`,
    cause: error,
  });
}
