// Which shape of the kernels is fastest on an adapter: the parts that follow take it.

import { fastestShape, type ShapeTime, tuneShapes } from '../../gpu/tune-shapes.ts';
import { candidateShapes, type KernelShape } from '../../gpu/kernel-shape.ts';
import { openGpuOf } from '../backend.ts';
import type { Fields } from '../result.ts';
import type { Part, Stage } from './stage.ts';

/**
 * The part.
 * @param onShape hears of the fastest shape
 */
export const tune = (onShape: (shape: KernelShape) => void): Part => ({
  name: 'tune',
  asks: 'Which shape of the kernels is fastest?',
  share: 8,
  run: async (stage) => {
    const { host } = stage;
    if (!stage.hasTime()) {
      for (const shape of candidateShapes) stage.skip(keyOf(shape));
      return;
    }
    const times = await tuneShapes({
      open: (shape, shortcuts) => openGpuOf(host, { shape, shortcuts }),
      now: () => 1000 * host.now(),
      hasTime: () => stage.hasTime(),
      onShape: (time) => addShape(stage, time),
    });
    for (const shape of candidateShapes.slice(times.length)) stage.skip(keyOf(shape));
    const fastest = fastestShape(times);
    if (!fastest) return;
    onShape(fastest);
    const { workgroup, subgroups, sums } = keyOf(fastest);
    stage.note(
      `the parts that follow take workgroups of ${workgroup} with subgroups ${subgroups} and sums by ${sums}; mars tune keeps a shape for later runs`,
    );
  },
});

const keyOf = ({ workgroup, subgroups, sums }: KernelShape): Fields => ({
  workgroup,
  subgroups: subgroups ? 'on' : 'off',
  sums,
});

function addShape(stage: Stage, { shape, dotProduct, bitLines }: ShapeTime): void {
  const rounded = (milliseconds: number): number => Number(milliseconds.toFixed(3));
  stage.add({
    key: keyOf(shape),
    facts: { 'dot product ms': rounded(dotProduct), 'bit lines ms': rounded(bitLines) },
    checked: 'sums with those of the first shape',
    timing: null,
  });
}
