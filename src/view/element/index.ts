// `mars-cim/element`: the custom element as a class. Importing it registers nothing, and works without a DOM.

export type { Progress } from '../../core/progress.ts';
export type { Report } from '../../report/report.ts';
export type { Timeline } from '../../timeline/timeline.ts';
export type {
  Engine,
  PartialResult,
  Predictions,
  RunOptions,
  RunResult,
  SweepOptions,
  SweepRequest,
} from '../engine/engine.ts';
export type { EdgeKind, GraphEdge, NetworkGraph } from '../../inspect/network-graph.ts';
export type { Questions } from '../engine/questions.ts';
export type { NamedBytes, OwnFolder, UserFiles } from '../engine/user-files.ts';
export type { RunSettings, SharedSettings } from '../../settings/run-settings.ts';
export type { ChipWords } from '../../settings/chip-values.ts';
export type { PropertyOf, SettingProperties } from './setting-properties.ts';
export { createEnginePool, type EngineHold, type EnginePool, type Turn } from './engine-pool.ts';
export type { MarsChipError, MarsChipEventMap, MarsChipEvents } from './events.ts';
export type { ChipState } from './frame.ts';
export { MarsChip } from './mars-chip.ts';
export { type ViewName, viewNames } from './views.ts';
