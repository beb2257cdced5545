// The public API, but for chips, networks, the GPU and training: names only.

export type { ImageBorder } from './core/image-border.ts';
export type { MultiplierBits } from './core/integer.ts';
export { compress, type CompressOptions, measureClips } from './compress/compress.ts';
export {
  type CompressedLayer,
  type CompressedNetwork,
  type StoredCodes,
  type IntegerResidual,
  isMacroLayer,
  type KernelScales,
  type MacroLayer,
  type PoolLayer,
  type Requantize,
} from './compress/compressed-network.ts';
export { applyGroupMasks, densityProfileMasks, type GroupMasks } from './compress/group-masks.ts';
export {
  type LayerVariant,
  layerVariants,
  type SensitivityOptions,
} from './compress/layer-sensitivity.ts';
export { type MaskFile, readMaskFile, writeMaskFile } from './compress/mask-file.ts';
export { type BitOptions, hasTrainedScales, type LayerBits } from './compress/scales.ts';
export type {
  GroupGrid,
  GroupShape,
  GroupShapeRule,
  KernelGeometry,
} from './compress/weight-group.ts';
export { accuracy, binomialInterval, countRight } from './core/accuracy.ts';
export {
  type AdcTable,
  fixedPointUnit,
  type UniformAdc,
  uniformAdc,
  uniformTable,
} from './core/adc-table.ts';
export { type Columns, type ColumnsFor, differential, twosComplement } from './core/columns.ts';
export {
  CimError,
  type CimErrorParts,
  type ErrorData,
  errorData,
  type ErrorKind,
  errorOf,
  hasKind,
} from './core/errors.ts';
export {
  type FeatureMap,
  imageSlice,
  predictedClasses,
  type Shape,
  shapeText,
  type Size,
  sizeText,
} from './core/feature-map.ts';
export type { FixedScale } from './core/integer.ts';
export type { Window } from './core/window.ts';
export type { LongWork, Progress, StopSignal } from './core/progress.ts';
export type { Cycle, Nanoseconds, Picojoules, Quantity } from './core/units.ts';
export { cifar10Classes, type CifarKind, readCifar } from './datasets/cifar.ts';
export { readIdxImages, readIdxLabels } from './datasets/idx.ts';
export {
  firstImages,
  type ImageSet,
  type Labels,
  spreadImages,
  toImageSet,
} from './datasets/image-set.ts';
export { type AdcErrorOptions, adcErrors } from './inspect/adc-errors.ts';
export { calibratedAdc, fittedAdcs, levelledAdc, type RangeOptions } from './inspect/adc-range.ts';
export { type CellPlace, cellPlace, cellValue } from './inspect/cell-place.ts';
export {
  chooseMacroOp,
  type ChosenMacroOp,
  type MacroOnCore,
  type MacroOpField,
  type OutputPixel,
} from './inspect/choose-macro-op.ts';
export {
  type AdcLevel,
  type ColumnSumOptions,
  columnSums,
  type ColumnSums,
} from './inspect/column-sums.ts';
export { groupPattern, type GroupPattern } from './inspect/group-pattern.ts';
export {
  type ArrayLayer,
  type FilledMacro,
  type Filling,
  type FillingRun,
  macroArray,
  type MacroArray,
} from './inspect/macro-array.ts';
export {
  type DrivenWordLine,
  inspectMacroOp,
  type MacroOp,
  type MacroOpChoice,
  type MacroOpColumn,
  type MacroOpKernel,
  type MacroOpRead,
} from './inspect/macro-op.ts';
export { type IndexCoding, indexCodings, type IndexFormat } from './mapping/index-coding.ts';
export { groupShapeOf, type LayerGroups, layerGroups } from './mapping/layer-groups.ts';
export {
  type MappedLayer,
  type MappedMacroLayer,
  type MappedPoolLayer,
  mapToChip,
  type MapOptions,
  type Mapping,
} from './mapping/map-to-chip.ts';
export {
  indexBitsByCoding,
  type LayerStorage,
  layerStorage,
  mappingStorage,
} from './mapping/mapping-summary.ts';
export type { KernelTile, WeightLoad } from './mapping/kernel-tile.ts';
export { type Memory, type OnChip } from './mapping/place-feature-maps.ts';
export type { Strip, StripPlan } from './mapping/strip-plan.ts';
export { type Balance, balances, type TileRun } from './mapping/place-tiles.ts';
export { type PlannedActivity, plannedActivity } from './mapping/planned-activity.ts';
export type { StoredNetwork } from './mapping/stored-header.ts';
export { isStoredImage, readStoredImage, writeStoredImage } from './mapping/stored-image.ts';
export { type Estimate, estimate, estimateRun } from './pipeline/estimate.ts';
export { readJob, writeJob } from './pipeline/job-file.ts';
export {
  checkMatrixVectorCase,
  matrixVector,
  type MatrixVectorCase,
  type MatrixVectorResult,
} from './pipeline/matrix-vector.ts';
export {
  type Job,
  type JobResult,
  type JobSource,
  type JobTarget,
  type JobWork,
  type LentBackend,
  mapJob,
  type MapJob,
  runJob,
  type StoredSource,
  trainedOn,
  type TrainedSource,
  type UnloadedJob,
} from './pipeline/run-job.ts';
export { calibrationCount, calibrationImages, jobBits, prunedIn } from './pipeline/default-job.ts';
export { integerForward } from './reference/integer-network.ts';
export { openReference } from './reference/reference-backend.ts';
export type { AreaEntry } from './report/area.ts';
export { type EnergyBreakdown, energyPartNames, energyParts } from './report/energy.ts';
export { type Fact, type FactGroup, factNote, factText, type FactUnit } from './report/fact.ts';
export {
  explain,
  explainable,
  type Explained,
  type Explanation,
} from './report/explain/explain.ts';
export { type Term } from './report/explain/expression.ts';
export { headlineFacts } from './report/headline-facts.ts';
export { layerPower } from './report/layer-power.ts';
export { checkReport, readReport } from './report/read-report.ts';
export {
  type DramBytes,
  type LayerReport,
  type Report,
  reportText,
  reportVersion,
} from './report/report.ts';
export {
  type Roofline,
  type RooflineBytes,
  rooflineOf,
  type RooflinePoint,
} from './report/roofline.ts';
export { type StaticPower } from './report/static-power.ts';
export { type RunFacts, summarize } from './report/summarize.ts';
export type { InputPreset, InputSettings } from './settings/input-norm.ts';
export {
  type CalibratedSettings,
  addImages,
  imageTarget,
  loadCalibratedJob,
  loadChip,
  type LoadedNetwork,
  loadEstimate,
  loadJob,
  loadMapJob,
  loadNetwork,
  loadNetworkOrImage,
  type MapSettings,
  untrainedNetworks,
} from './settings/load-job.ts';
export { defaultSettings, type RunSettings, type SharedSettings } from './settings/run-settings.ts';
export type {
  CalibrationTarget,
  DatasetSettings,
  ImageSettings,
  ImageTarget,
  NamedBytes,
  Sources,
} from './settings/sources.ts';
export { type DatasetName, datasetNames } from './datasets/dataset-names.ts';
export type { CountedEvents, LayerActivity } from './simulate/activity.ts';
export type { HeldMap, MacroBackend, MacroPath, PreparedLayer } from './simulate/macro-backend.ts';
export type { MacroProgram, NoiseProgram, RequantizeProgram } from './simulate/macro-program.ts';
export { simulate, type SimulateOptions, type SimulationRun } from './simulate/simulate.ts';
export {
  type Estimator,
  type EstimatorJob,
  openEstimator,
  type Outcome,
  outcomeOf,
} from './pipeline/estimator.ts';
export { plainValue, type SettingValue } from './experiment/axis-values.ts';
export { checkChipPaths } from './experiment/check-chip-paths.ts';
export { type Drawing, type DrawingChoice, drawingKinds, drawingOf } from './experiment/drawing.ts';
export { coordinatesText, expandPlan, type Experiment } from './experiment/expand-plan.ts';
export { type Figure, type FigureName, type Figures, figures } from './experiment/figures.ts';
export { type ImageRange, tiling } from './experiment/image-range.ts';
export {
  type AxisEntry,
  type Condition,
  type PlanFile,
  planJsonSchema,
  planText,
  readPlan,
} from './experiment/plan.ts';
export {
  type AxisSwing,
  type Directions,
  type PlotPoint,
  plotPoints,
  seriesText,
  silentPaths,
  type Tornado,
  tornadoOf,
  type TradeOff,
  tradeOffs,
} from './experiment/plot-data.ts';
export {
  type Coordinates,
  identityOf,
  pathNamed,
  type Point,
  type PointSettings,
} from './experiment/point.ts';
export {
  type Maker,
  type Row,
  rowDifferences,
  rowText,
  simulatedRow,
} from './experiment/point-result.ts';
export {
  type Cell,
  fileText,
  type Made,
  type PartFile,
  type PointFile,
  readPartFile,
  readPointFile,
  readRows,
  rowsCsv,
  rowsTable,
  statisticsCsv,
} from './experiment/result-file.ts';
export { type ResultStore, runUnits, type UnitRunner } from './experiment/run-units.ts';
export {
  type Bound,
  type Candidate,
  type Measure,
  searchCheapest,
  type SearchGoal,
  searchStages,
  type Verdict,
} from './experiment/search.ts';
export {
  readShard,
  type Shard,
  shareTail,
  type Unit,
  unitsOf,
  unitsOfShard,
} from './experiment/shard.ts';
export {
  mergeParts,
  openPartSimulator,
  type PartSimulator,
  type PointPart,
} from './experiment/simulate-point.ts';
export { type MappedPoint, openStages, type Stages } from './experiment/stages.ts';
export {
  type ConditionStatistics,
  type Difference,
  type Mean,
  statisticsOf,
} from './experiment/statistics.ts';
export { type ParameterEffect } from './experiment/parameter-effects.ts';
export { marsEffects, parameterPage } from './experiment/parameter-page.ts';
export { type Sensitivity, sensitivity, type SensitivityRow } from './experiment/sensitivity.ts';
export { validationPage } from './experiment/validation-page.ts';
export { trainedFigures, type TrainedFigures } from './experiment/validation-trained.ts';
export {
  type LargeImages,
  type MacroOpFigures,
  type MeanFigures,
  type NetworkValidation,
  type Subject,
  validate,
  type Validation,
} from './experiment/validation.ts';
export {
  type ChromeTrace,
  toChromeTrace,
  type TraceEvent,
  type TraceOptions,
} from './timeline/chrome-trace.ts';
export type { StallModel } from './timeline/core-items.ts';
export { scheduleAll, type Schedules } from './timeline/schedule-all.ts';
export { schedule, type ScheduleOptions } from './timeline/schedule.ts';
export {
  type ControllerStep,
  type CycleShares,
  type DramTransfer,
  framesPerSecond,
  frameShares,
  type IdleStep,
  isHalved,
  isTileStep,
  type LayerTime,
  type MacroHalf,
  type StepKind,
  type StepTime,
  type TileStep,
  type Timeline,
} from './timeline/timeline.ts';
