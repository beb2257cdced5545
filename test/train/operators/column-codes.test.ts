// Column codes in a training graph against the plain macro of the reference.

import { describe, expect, it } from 'vitest';
import { chipAdc } from '../../../src/chips/readout.ts';
import type { CompressedNetwork } from '../../../src/compress/compressed-network.ts';
import { losesNothing, uniformAdc } from '../../../src/core/adc-table.ts';
import { groupShapeOf } from '../../../src/mapping/layer-groups.ts';
import type { Network } from '../../../src/network/network.ts';
import { openReference } from '../../../src/reference/reference-backend.ts';
import { simulate } from '../../../src/simulate/simulate.ts';
import { evaluateIntegers, type IntegerRun } from '../../../src/train/run/evaluate.ts';
import type { ColumnReadout } from '../../../src/train/operators/column-codes.ts';
import { macroLayersOf, mapped } from '../../support/mapped.ts';
import { noise, randomNetwork, tourNetwork, windowNetwork } from '../../support/small-networks.ts';
import type { Mapping } from '../../../src/mapping/map-to-chip.ts';
import { everyNth } from '../../support/long.ts';
import { runtime } from '../onnx-runtime.ts';

const readoutOf = ({ chip }: Mapping): ColumnReadout => ({
  adc: uniformAdc(chipAdc(chip))!,
  inputBitsPerPhase: chip.macro.inputBitsPerPhase.value,
  sparsity: chip.controller.sparsity.value,
});

describe('columnSums', () => {
  const chips: readonly (readonly string[])[] = [
    [],
    ['adc.bits=3', 'adc.step=4'],
    ['adc.bits=4', 'adc.step=2.3', 'adc.offset=1.7'],
    ['adc.bits=4', 'adc.offset=-3', 'controller.sparsity=none'],
    ['adc.bits=4', 'adc.step=3', 'adc.offset=-0.6', 'macro.wordLinesOn=8'],
    ['adc.bits=2', 'macro.inputBitsPerPhase=4'],
  ];
  const networks: readonly (readonly [string, Network])[] = [
    ['tour', tourNetwork()],
    ['windows', windowNetwork()],
    ...[21, 22, 24].map((seed) => [`random ${seed}`, randomNetwork(seed)] as const),
  ];
  it.each(
    everyNth(
      // No divisor of the number of chips: every second chip.
      13,
      networks.flatMap(([name, network]) => chips.map((settings) => ({ name, network, settings }))),
    ),
  )(
    'gives the outputs of the plain macros: $name with $settings',
    async ({ network, settings }) => {
      const options = { weightBits: 4, activationBits: 5, prunedGroups: 0.4 };
      const mapping = mapped(network, { ...options, settings });
      const images = noise(network.input, 3);

      const columns = readoutOf(mapping);
      const groupShape = groupShapeOf(mapping.chip, 4);
      const outputs = await evaluated(mapping.network, images, { columns, groupShape });
      const { outputs: wanted } = await simulate(mapping, images, { backend: openReference() });

      expect([...outputs]).toEqual([...wanted]);
      const exact = await evaluated(mapping.network, images);
      expect([...exact].join() === [...wanted].join()).toBe(
        losesNothing(chipAdc(mapping.chip), macroLayersOf(mapping)[0]!.geometry.largestSum),
      );
    },
  );
});

const evaluated = (
  network: CompressedNetwork,
  images: ReturnType<typeof noise>,
  { columns, groupShape }: Pick<IntegerRun, 'columns' | 'groupShape'> = {},
): Promise<Float32Array> => {
  const labels = new Uint8Array(images.images);
  const set = { name: 'noise', classes: network.classes, images, labels };
  return evaluateIntegers(network, set, runtime, { threads: 1, columns, groupShape });
};
