// Networks and their files: `import { readNetworkFile } from 'mars-cim/networks'`.

export { mnistCnn } from './builtin/mnist-cnn.ts';
export type { ConvLayer, Layer, LinearLayer } from './layer.ts';
export type { Network } from './network.ts';
export { readNetworkFile, writeNetworkFile } from './network-file.ts';
