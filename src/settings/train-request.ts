// What a training is asked for.

import type { DatasetName } from '../datasets/dataset-names.ts';
import type { WeightForm } from '../train/operators/quantize.ts';

/** What a training is asked for, as plain data. What is undefined follows from the network: see `trainOptions`. */
export interface TrainSettings {
  /** Network to train; `mnist-cnn` by default. */
  readonly network: string;
  /** Share of its kernels, 0 ... 16; undefined: 1. */
  readonly width: number | undefined;
  /**
   * Network file or ONNX model to start from; undefined: random weights. Of an ONNX model `network` names no more than
   * the network whose default settings apply.
   */
  readonly from: string | undefined;
  readonly dataset: DatasetName | undefined;
  /** Folder of the data set; undefined: where the command line finds it. */
  readonly data: string | undefined;
  /** Only the first training images, 1 ... 10,000,000; undefined: all. */
  readonly images: number | undefined;
  /** Passes over the images in real arithmetic, 0 ... 10,000. */
  readonly epochs: number | undefined;
  /** How many of them come before group lasso, 0 ... 10,000. */
  readonly denseEpochs: number | undefined;
  /** How many of them come after pruning, 0 ... 10,000. */
  readonly tuneEpochs: number | undefined;
  /** Passes with quantized weights and activations, afterwards, 0 ... 10,000. */
  readonly quantizeEpochs: number | undefined;
  /** Sizes of the images of the first epochs, such as `16x6,24x3`: side x epochs; undefined: their own size. */
  readonly imageSizes: string | undefined;
  /** Images of a step, 1 ... 65,536. */
  readonly batchSize: number | undefined;
  /** The highest, 0 ... 100; it falls to 0 along a half cosine. */
  readonly learningRate: number | undefined;
  /** The highest of the passes with quantized weights, 0 ... 100. */
  readonly quantizeLearningRate: number | undefined;
  /** Epochs in which the learning rate rises, 0 ... 10,000. */
  readonly warmUp: number | undefined;
  /** Momentum of gradient descent; undefined: plain. */
  readonly momentum: 'plain' | 'nesterov' | undefined;
  /** Share of the wanted probability that goes evenly to all classes, 0 ... 1; undefined: 0. */
  readonly labelSmoothing: number | undefined;
  /** Decay of the weights, 0 ... 1. */
  readonly weightDecay: number | undefined;
  /** Strength of group lasso, 0 ... 10; 0: none. With a target density, the strength it begins with. */
  readonly groupLasso: number | undefined;
  /** Share of the weight groups to keep, 0 ... 1; undefined: decided by group lasso. */
  readonly targetDensity: number | undefined;
  /** Steps in which groups are removed to reach the density, 1 ... 10,000. */
  readonly pruneSteps: number | undefined;
  /** Names of layers to leave dense, with commas between. */
  readonly dense: string | undefined;
  /** 2 ... 8; where either is given, epochs in the chip's integers follow. */
  readonly weightBits: number | undefined;
  /** 1 ... 8. */
  readonly activationBits: number | undefined;
  readonly weightForm: WeightForm | undefined;
  /** JSON file with bits, lasso strength and density of single layers. */
  readonly config: string | undefined;
  /** Chip to train for; `mars` by default. */
  readonly chip: string;
  /** Changed values of the chip; none by default. */
  readonly set: readonly string[];
  /** Of weights, order and changes, 0 ... 2^32 - 1; 1 by default. */
  readonly seed: number;
  /** Threads of ONNX Runtime, 1 ... 256; 2 by default. */
  readonly threads: number;
  /** Measures the accuracy on the test images after so many epochs, 1 ... 10,000; 1 by default. */
  readonly testEvery: number;
}
