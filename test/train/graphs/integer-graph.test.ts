import { describe, expect, it } from 'vitest';
import { compress } from '../../../src/compress/compress.ts';
import { resnet20 } from '../../../src/network/builtin/resnet20.ts';
import { integerForward } from '../../../src/reference/integer-network.ts';
import { evaluateIntegers } from '../../../src/train/run/evaluate.ts';
import {
  conv,
  linear,
  networkOf,
  noise,
  randomNetwork,
  tourNetwork,
  windowNetwork,
} from '../../support/small-networks.ts';
import { runtime } from '../onnx-runtime.ts';

/** 600 inputs of 8 bits times 8-bit weights: sums beyond what 32-bit floats hold. */
const wide = networkOf('wide', { height: 3, width: 3, channels: 600 }, 3, [
  conv({ name: 'conv', input: 'image', channels: 600, kernels: 20, bias: true }),
  linear({ name: 'fc', input: 'conv', inputs: 180, outputs: 3, bias: true }),
]);

describe('evaluateIntegers', () => {
  it.each([
    ['every kind of layer', tourNetwork(), 8, 8],
    ['every kind of window', windowNetwork(), 8, 8],
    ['few bits', tourNetwork(2), 4, 3],
    ['ResNet-20', resnet20({ width: 4 }), 4, 4],
    ['wide layers', wide, 8, 8],
    ...[1, 2, 3, 4, 5, 6].map((seed) => [`random ${seed}`, randomNetwork(seed), 8, 8] as const),
  ] as const)(
    'gives the outputs of integerForward: %s',
    async (_, network, weightBits, activationBits) => {
      const compressed = compress(network, { weightBits, activationBits });
      const images = noise(network.input, 4);
      const set = { name: 'noise', classes: network.classes, images, labels: new Uint8Array(4) };

      const sums = await evaluateIntegers(compressed, set, runtime, { threads: 1 });

      expect([...sums]).toEqual([...integerForward(compressed, images)]);
    },
  );
});
