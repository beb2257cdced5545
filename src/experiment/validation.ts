// The model against what was published of MARS, and against arithmetic: every figure of docs/validation.md.

import { type ChipSpec, mars, marsDense, marsLowEnergy, setChipValues } from '../chips/index.ts';
import { readoutCost } from '../chips/adc-cost.ts';
import { macroGeometry } from '../chips/macro-geometry.ts';
import { densityProfileMasks } from '../compress/group-masks.ts';
import type { LongWork } from '../core/progress.ts';
import type { Balance } from '../mapping/place-tiles.ts';
import { resnet18 } from '../network/builtin/resnet18.ts';
import { resnet50 } from '../network/builtin/resnet50.ts';
import { vgg16 } from '../network/builtin/vgg16.ts';
import type { Network } from '../network/network.ts';
import type { Report } from '../report/report.ts';
import { type Estimator, openEstimator, outcomeOf } from '../pipeline/estimator.ts';
import { sensitivity, type Sensitivity } from './sensitivity.ts';
import type { TrainedFigures } from './validation-trained.ts';

/** A network with the scale of the density profile that was fitted to its published efficiency. */
export interface Subject {
  readonly title: string;
  readonly network: Network;
  readonly scale: number;
  /** TOPS/W of the journal abstract. */
  readonly published: number;
}

/** Figures of one network. */
export interface NetworkValidation {
  readonly subject: Subject;
  /** mars-dense: weight loads hidden, and serial; both before stalls. */
  readonly denseComputeOnly: Report;
  readonly dense: Report;
  /** At the fitted profile, means over random masks. */
  readonly lowEnergy: MeanFigures;
  readonly nominal: MeanFigures;
  /** Mean frames per second under each way to deal tiles onto cores, low energy. */
  readonly balanced: Readonly<Record<Balance, number>>;
  /** Mean frames per second, low energy, if cores waited for each other after every pass. */
  readonly withPassBarrier: number;
  /** Share of the MACs kept at which 400 frames per second are left before stalls, by bisection of the scale. */
  readonly macsAt400: number;
  readonly sensitivity: Sensitivity;
  /** Low energy, first mask, if weights came from DRAM for every frame, or once for four of them. */
  readonly weightsFromDram: Report;
  readonly inBatches: Report;
}

/** A network for images of 224x224, dense, on `mars` with banks of some size. */
export interface LargeImages {
  readonly title: string;
  readonly bankBytes: number;
  readonly report: Report;
}

/** Means over several random masks. */
export interface MeanFigures {
  readonly masks: number;
  readonly weightsKept: number;
  readonly macsKept: number;
  readonly framesPerSecond: number;
  readonly framesPerSecondBeforeStalls: number;
  readonly cycles: Report['performance']['stalls'] & {
    readonly compute: number;
    readonly load: number;
  };
  /** µJ per frame. */
  readonly energy: number;
  readonly milliwatts: number;
  readonly denseEquivalent: number;
  readonly executed: number;
}

/** Everything. */
export interface Validation {
  readonly macroOp8: MacroOpFigures;
  readonly macroOp4: MacroOpFigures;
  readonly networks: readonly NetworkValidation[];
  readonly largeImages: readonly LargeImages[];
  /** Networks that were trained, where there are any. */
  readonly trained: readonly TrainedFigures[];
}

/** One macro-op of the chip at its limits. */
export interface MacroOpFigures {
  readonly picojoules: number;
  readonly topsPerWatt: number;
  readonly macs: number;
}

/** Random masks that figures are averaged over. */
export const maskCount = 8;

/** The two networks of the journal abstract. */
export const subjects = (classes = 10): readonly Subject[] => [
  { title: 'VGG16', network: vgg16({ classes, seed: 1 }), scale: 1.1, published: 52.3 },
  { title: 'ResNet18', network: resnet18({ classes, seed: 1 }), scale: 0.5, published: 88.2 },
];

/** Energy and efficiency of one macro-op, from the chip's own numbers. */
export function macroOpFigures(chip: ChipSpec, bits: number): MacroOpFigures {
  const { wordLinesOn, kernelsPerMacro, phases } = macroGeometry(chip, {
    weightBits: bits,
    inputBits: bits,
  });
  const columns = kernelsPerMacro * bits;
  const picojoules = (columns * phases * readoutCost(chip).columnRead) / 1000;
  const macs = wordLinesOn * kernelsPerMacro;
  return { picojoules, macs, topsPerWatt: (2 * macs) / picojoules };
}

/** Computes every figure, beside those of `trained` networks. Takes about a minute on one core. */
export function validate(trained: readonly TrainedFigures[], work: LongWork = {}): Validation {
  const all = subjects();
  return {
    macroOp8: macroOpFigures(mars, 8),
    macroOp4: macroOpFigures(mars, 4),
    networks: all.map((subject, index) => {
      const result = validateNetwork(subject);
      work.onProgress?.({ stage: 'sweep', done: index + 1, total: all.length });
      return result;
    }),
    largeImages: largeImages(),
    trained,
  };
}

/** Sizes of a bank, bytes: that of `mars` first. */
const bankSizes = [65_536, 262_144, 1_048_576] as const;

function largeImages(): readonly LargeImages[] {
  return [
    { title: 'VGG16', network: vgg16({ classes: 1000, side: 224 }) },
    { title: 'ResNet18', network: resnet18({ classes: 1000, side: 224 }) },
    { title: 'ResNet50', network: resnet50({ classes: 1000, side: 224 }) },
  ].flatMap(({ title, network }) => {
    const estimator = openEstimator({ network });
    return bankSizes.map((bankBytes): LargeImages => {
      const banks = ['bankBytes', 'shortcutBytes'].map((name) => `featureMap.${name}=${bankBytes}`);
      return { title, bankBytes, report: estimator(setChipValues(mars, banks)) };
    });
  });
}

/** Banks that hold the maps of four images. */
const fourImages = [
  'controller.batch=4',
  'featureMap.bankBytes=262144',
  'featureMap.shortcutBytes=262144',
];

function validateNetwork(subject: Subject): NetworkValidation {
  const { network, scale } = subject;
  const dense = openEstimator({ network });
  const masked = (seed: number, at = scale): Estimator =>
    openEstimator({ network, masksFor: (shape) => densityProfileMasks(network, at, seed, shape) });
  const estimators = Array.from({ length: maskCount }, (_, i) => masked(i + 1));
  const [first = dense] = estimators;
  const meanFps = (chip: ChipSpec, balance: Balance): number =>
    mean(estimators.map((estimate) => estimate(chip, { balance }).performance.framesPerSecond));
  const passBarrier = setChipValues(marsLowEnergy, ['controller.barrier=pass']);
  return {
    subject,
    denseComputeOnly: dense(setChipValues(marsDense, ['controller.overlap=ideal'])),
    dense: dense(marsDense),
    lowEnergy: meanFigures(estimators.map((estimate) => estimate(marsLowEnergy))),
    nominal: meanFigures(estimators.map((estimate) => estimate(mars))),
    balanced: {
      none: meanFps(marsLowEnergy, 'none'),
      sorted: meanFps(marsLowEnergy, 'sorted'),
      lpt: meanFps(marsLowEnergy, 'lpt'),
    },
    withPassBarrier: meanFps(passBarrier, 'none'),
    macsAt400: macsAt(400, (at) => masked(1, at)(mars)),
    weightsFromDram: first(setChipValues(marsLowEnergy, ['controller.weights=dram'])),
    inBatches: first(setChipValues(marsLowEnergy, [...fourImages, 'controller.weights=dram'])),
    sensitivity: sensitivity(marsLowEnergy, (chip) => outcomeOf(first(chip))),
  };
}

/** Share of MACs kept where frames per second before stalls fall to `target`. */
function macsAt(target: number, reportAt: (scale: number) => Report): number {
  let [low, high] = [0.1, 5];
  for (let step = 0; step < 12; step++) {
    const middle = (low + high) / 2;
    if (reportAt(middle).performance.framesPerSecondBeforeStalls > target) low = middle;
    else high = middle;
  }
  return reportAt(low).compression.macsKept;
}

function meanFigures(reports: readonly Report[]): MeanFigures {
  const of = (figure: (report: Report) => number): number => mean(reports.map(figure));
  const stall = (cause: keyof Report['performance']['stalls']): number =>
    of(({ performance }) => performance.stalls[cause]);
  return {
    masks: reports.length,
    weightsKept: of(({ compression }) => compression.weightsKept),
    macsKept: of(({ compression }) => compression.macsKept),
    framesPerSecond: of(({ performance }) => performance.framesPerSecond),
    framesPerSecondBeforeStalls: of(({ performance }) => performance.framesPerSecondBeforeStalls),
    cycles: {
      compute: of(({ performance }) => performance.computeCycles),
      load: of(({ performance }) => performance.loadCycles),
      barrier: stall('barrier'),
      port: stall('port'),
      drain: stall('drain'),
      pool: stall('pool'),
      dram: stall('dram'),
    },
    energy: of(({ energy }) => energy.perFrame.total / 1e6),
    milliwatts: of(({ energy }) => energy.averagePower),
    denseEquivalent: of(({ topsPerWatt }) => topsPerWatt.denseEquivalent),
    executed: of(({ topsPerWatt }) => topsPerWatt.executed),
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
