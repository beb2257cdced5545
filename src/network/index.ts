// Networks and their files: `import { readNetworkFile } from 'mars-cim/networks'`.

export { builtinNetworks } from './builtin/builtin-networks.ts';
export { mnistCnn, type MnistCnnOptions } from './builtin/mnist-cnn.ts';
export type { BuiltinOptions } from './builtin/network-builder.ts';
export { resnet18 } from './builtin/resnet18.ts';
export { resnet20 } from './builtin/resnet20.ts';
export { vgg16, type Vgg16Options } from './builtin/vgg16.ts';
export type { FloatMap } from '../core/feature-map.ts';
export { floatForward, floatOutputs, type LayerObserver } from './float-forward.ts';
export {
  type AveragePoolLayer,
  type BatchNorm,
  type ConvLayer,
  hasWeights,
  type Layer,
  type LinearLayer,
  type MaxPoolLayer,
  type OutputScale,
  type Residual,
  type TrainedScales,
  type WeightLayer,
} from './layer.ts';
export {
  checkNetwork,
  imageName,
  layerShapes,
  type Network,
  networkMacs,
  type Origin,
  type Precision,
} from './network.ts';
export { readNetworkFile, writeNetworkFile } from './network-file.ts';
