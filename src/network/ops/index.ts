// The operators that networks are made of: one line each, the name is that of network files.

export { add } from './add.ts';
export { averagePool } from './average-pool.ts';
export { batchNorm } from './batch-norm.ts';
export { conv } from './conv.ts';
export { leakyRelu } from './leaky-relu.ts';
export { linear } from './linear.ts';
export { maxPool } from './max-pool.ts';
export { padChannels } from './pad-channels.ts';
export { relu } from './relu.ts';
export { subsample } from './subsample.ts';
