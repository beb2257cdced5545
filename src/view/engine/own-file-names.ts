// How settings name a person's own files, and what a person is asked to give.

import { folderName } from './own-folder.ts';
import type { NamedBytes, UserFiles } from './user-files.ts';
import type { RunSettings } from '../../settings/run-settings.ts';

/** Settings that name the files, which count from then on. */
export const namingFiles = (
  settings: RunSettings,
  { network, chip, images = [], folder }: UserFiles,
): RunSettings => ({
  ...settings,
  network: network?.name ?? settings.network,
  chip: chip?.name ?? settings.chip,
  ownImages: folder ? folderName(folder) : images.length === 0 ? undefined : imagesName(images),
});

/** What images of a person are called in settings: up to three names, else the first and how many more. */
export function imagesName(files: readonly Pick<NamedBytes, 'name'>[]): string {
  const names = files.map(({ name }) => name);
  return names.length <= 3 ? names.join(', ') : `${names[0]} and ${names.length - 1} more`;
}

/** Says that the images of a data set do not come along. */
export const notIncluded = (dataset: string): string =>
  `${dataset.replace(/^cifar/, 'CIFAR-')} images are not included`;

/** What a person can give as images of a data set, in words. */
export const imagesOf = (dataset: string): string => {
  const file = { cifar10: 'test_batch.bin', cifar100: 'test.bin' }[dataset];
  const pictures = `pictures of your own (named by what they show, such as ${dataset === 'cifar10' ? 'cat' : '7'}-1.png), or a folder of them`;
  return file === undefined
    ? pictures
    : `${file} (binary version, from cs.toronto.edu/~kriz/cifar.html) or ${pictures}`;
};
