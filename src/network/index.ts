// Networks and their files: `import { readNetworkFile } from 'mars-cim/networks'`.

export { builtinNetworks } from './builtin/builtin-networks.ts';
export { mnistCnn } from './builtin/mnist-cnn.ts';
export type { BuiltinOptions } from './builtin/network-builder.ts';
export { resnet18 } from './builtin/resnet18.ts';
export { resnet20 } from './builtin/resnet20.ts';
export { vgg16, type Vgg16Options } from './builtin/vgg16.ts';
export type { FusedNetwork, Layer } from './fused-network.ts';
export type { GraphNode } from './graph.ts';
export { readNetworkFile, writeNetworkFile } from './io/network-file.ts';
export type { Network } from './network.ts';
export { fuse } from './passes/fuse.ts';
export { spellOut } from './passes/spell-out.ts';
