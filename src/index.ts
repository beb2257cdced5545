// The public API: names only.

export { compress, type CompressOptions } from './compress/compress.ts';
export { applyGroupMasks, densityProfileMasks, type GroupMasks } from './compress/group-masks.ts';
export { type MaskFile, readMaskFile, writeMaskFile } from './compress/mask-file.ts';
export type { CompressedNetwork } from './compress/compressed-network.ts';
export type { GroupShape } from './compress/weight-group.ts';
export {
  CancelledError,
  ChipError,
  CimError,
  CompressError,
  EnvironmentError,
  InputError,
  MappingError,
  NetworkError,
  SimulationError,
  UsageError,
} from './core/errors.ts';
export type { FeatureMap, Shape } from './core/feature-map.ts';
export type { LongWork, Progress } from './core/progress.ts';
export { readCifar } from './datasets/cifar.ts';
export { readIdxImages, readIdxLabels } from './datasets/idx.ts';
export { firstImages, type ImageSet, spreadImages, toImageSet } from './datasets/image-set.ts';
export { type IndexCoding, indexCodings } from './mapping/index-coding.ts';
export { groupShapeOf } from './mapping/layer-groups.ts';
export { mapToChip, type MapOptions, type Mapping } from './mapping/map-to-chip.ts';
export type { StoredNetwork } from './mapping/stored-header.ts';
export { readStoredImage, writeStoredImage } from './mapping/stored-image.ts';
export { type Job, type JobResult, runJob } from './pipeline/run-job.ts';
export { openReference } from './reference/reference-backend.ts';
export type { Report } from './report/report.ts';
export { summarize } from './report/summarize.ts';
export type { LayerActivity } from './simulate/activity.ts';
export type { MacroBackend } from './simulate/macro-backend.ts';
export { accuracy, simulate, type SimulationRun } from './simulate/simulate.ts';
export { toChromeTrace } from './timeline/chrome-trace.ts';
export { schedule } from './timeline/schedule.ts';
export type { Timeline } from './timeline/timeline.ts';
