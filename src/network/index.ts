// Networks and their files: `import { readNetworkFile } from 'mars-cim/networks'`.

export { builtinNetworks } from './builtin/builtin-networks.ts';
export { mnistCnn, type MnistCnnOptions } from './builtin/mnist-cnn.ts';
export type { BuiltinOptions } from './builtin/network-builder.ts';
export { resnet18 } from './builtin/resnet18.ts';
export { resnet20 } from './builtin/resnet20.ts';
export { resnet50 } from './builtin/resnet50.ts';
export { vgg16, type Vgg16Options } from './builtin/vgg16.ts';
export type { FloatMap } from '../core/feature-map.ts';
export { floatForward, floatOutputs, type NodeObserver } from './float-forward.ts';
export {
  type Activation,
  type AveragePoolLayer,
  type BatchNorm,
  type ConvLayer,
  type FusedNetwork,
  hasWeights,
  type ImageCodes,
  type KernelRange,
  type Layer,
  layerShapes,
  type LinearLayer,
  type MaxPoolLayer,
  type Residual,
  type WeightLayer,
} from './fused-network.ts';
export {
  checkNetwork,
  type Network,
  type NetworkFacts,
  networkMacs,
  type Origin,
  type OutputScale,
  type Precision,
  type TrainedScales,
} from './network.ts';
export { readNetworkFile, writeNetworkFile } from './io/network-file.ts';
export { readNpy, writeNpy } from './io/npy.ts';
export { forwardOnnx } from './io/onnx/forward-onnx.ts';
export {
  type ImportedGraph,
  type ImportedNode,
  type OnnxOptions,
  type TensorPlace,
} from './io/onnx/import-onnx.ts';
export type { InputNorm } from './io/onnx/input-norm.ts';
export { supportedOperators } from './io/onnx/operators/index.ts';
export { importOnnx, readOnnx } from './io/onnx/read-onnx.ts';
export { type Constant, type ElementType, readTensorProto, type Values } from './io/onnx/tensor.ts';
export type { Layout } from './io/onnx/view.ts';
export { type ChipFault, chipFaults } from './passes/chip-faults.ts';
export {
  type AttributesOf,
  type GraphNode,
  imageName,
  nodeShapes,
  type OperatorName,
  type Tensors,
  type Topology,
} from './graph.ts';
export type { NodeList, Reader } from './fold.ts';
export type { NodeTensors } from './ops/operator.ts';
export type { QuantizeAttributes } from './ops/quantize.ts';
export { fuse } from './passes/fuse.ts';
export { leaveOutNorms } from './passes/leave-out-norms.ts';
export { spellOut } from './passes/spell-out.ts';
