// The data sets that have a reader.

/** Their names. */
export const datasetNames = ['mnist', 'cifar10', 'cifar100'] as const;
/** One of {@link datasetNames}. */
export type DatasetName = (typeof datasetNames)[number];

/** Which part of a data set. */
export type DatasetPart = 'train' | 'test';
