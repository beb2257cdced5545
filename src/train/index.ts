// Training for the chip's groups and integers: `import { train } from 'mars-cim/train'`. ONNX Runtime is handed in.

export { readMetrics, writeMetricsLine } from '../network/io/metrics-file.ts';
export { type EpochRecord, type Stage } from '../network/epoch-record.ts';
export type { OnnxRuntime, RuntimeSession, RuntimeTensor } from './autodiff/runtime.ts';
export type { LayerNorms } from './groups/groups.ts';
export { type LayerPlan, type LayerPlans, readLayerPlans, withDense } from './groups/layer-plan.ts';
export type { ColumnReadout } from './operators/column-codes.ts';
export type { ColumnNoise } from './operators/column-noise.ts';
export type { WeightForm } from './operators/quantize.ts';
export { columnReadout } from './recipes/column-readout.ts';
export {
  type Accuracies,
  integerAccuracy,
  measureAccuracy,
  realAccuracy,
} from './recipes/measure-accuracy.ts';
export {
  type BuildRequest,
  buildTrainable,
  type Trainable,
  trainable,
  trainableNamed,
} from './recipes/trainable.ts';
export {
  type Checkpoint,
  checkSettings,
  type Position,
  readCheckpoint,
  writeCheckpoint,
} from './run/checkpoint.ts';
export { evaluate, evaluateIntegers, type IntegerRun } from './run/evaluate.ts';
export { epochsOf, type ImageSize, type LassoOptions, type ScheduleOptions } from './run/stages.ts';
export {
  type FloatRecord,
  type GroupsOfLayer,
  trainDefaults,
  type TrainHooks,
  type TrainOptions,
  type TrainProgress,
} from './run/train-options.ts';
export { train, type Trained } from './run/train.ts';
export type { LayerScales, LearnedNumber } from './scales/learned-scales.ts';
export type { ScalesByLayer } from './scales/scale-learner.ts';
