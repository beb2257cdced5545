import { describe, expect, it } from 'vitest';
import { compress } from '../../../src/compress/compress.ts';
import { floatOutputs } from '../../../src/network/float-forward.ts';
import { integerForward, integerInput } from '../../../src/reference/integer-network.ts';
import { sumsAtEnd } from '../../../src/network/passes/sums-at-end.ts';
import { conv, networkOf, noise } from '../../support/small-networks.ts';

describe('a network that ends in a mean over the map', () => {
  const [height, width, classes] = [5, 7, 6];
  const networkFor = (relu: boolean) =>
    networkOf('mean', { height, width, channels: 3 }, classes, [
      conv({ name: 'scores', input: 'image', channels: 3, kernels: classes, bias: true, relu }),
      { kind: 'averagePool', name: 'mean', input: 'scores' },
    ]);

  it.each([true, false])('gives the sums of the codes of its rows (ReLU: %s)', (relu) => {
    const network = networkFor(relu);
    const images = noise(network.input, 4);
    const compressed = compress(network, { calibration: images });

    const rows = integerInput(compressed, images, 'mean');
    expect([rows.height, rows.width]).toEqual([height, 1]);
    const last = compressed.layers.at(-1)!;
    if (last.kind !== 'conv') throw new Error(`${last.kind} stands last`);
    const wanted = Array.from(
      { length: images.images * classes },
      (_, i) => last.bias[i % classes]!,
    );
    rows.data.forEach((code, i) => {
      const image = Math.floor(i / (height * classes));
      wanted[image * classes + (i % classes)]! += 127 * code;
    });

    expect([...integerForward(compressed, images)]).toEqual(wanted);
  });

  it('changes nothing in real arithmetic but the order of additions', () => {
    const network = networkFor(true);
    const images = noise(network.input, 4);
    const real = floatOutputs(network, images);

    floatOutputs(sumsAtEnd(network), images).forEach((value, i) =>
      expect(value).toBeCloseTo(real[i]!, 5),
    );
    expect(sumsAtEnd(network).nodes.map(({ name }) => name)).toEqual([
      'scores',
      'scores.relu',
      'mean.rows',
      'mean.relu',
      'mean',
    ]);
  });
});
