// Runs a layer part by part, and adds the parts up where each has only some groups of a kernel.

import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { DeviceContext } from '../device-context.ts';
import { type GpuMap, outputCount } from '../gpu-map.ts';
import { linearWorkgroups } from '../kernel.ts';
import { addPart, addPartParams } from '../kernels/add-part.ts';
import { finishSums, finishSumsParams } from '../kernels/finish-sums.ts';
import type { LayerBuffers, LayerRunner, LayerWay } from './layer-runner.ts';

/** Adds up codes of parts in 64 bits. */
interface Totals {
  /** Records that what part `number` has in `sums` is added. */
  readonly add: (number: number, sums: GPUBuffer) => void;
  /** Records that all become sums. */
  readonly finish: (sums: GPUBuffer) => void;
}

/** Compiles what a layer needs besides its parts. */
export async function partsRunner(
  context: DeviceContext,
  program: MacroProgram,
  buffers: LayerBuffers,
  way: LayerWay,
): Promise<LayerRunner> {
  const { path, cut, begin } = way;
  const totalsOf = cut.wide ? await compileTotals(context, program, buffers, way) : undefined;
  const record = (input: GpuMap): GPUBuffer => {
    const { maps, runPart } = begin(input);
    const count = outputCount(program.output, input.images);
    const sums = context.pool.take(4 * count, `${program.name}.sums`);
    const totals = totalsOf?.(input.images);
    cut.parts.forEach((_, number) => {
      runPart(number, sums);
      totals?.add(number, sums);
    });
    totals?.finish(sums);
    for (const buffer of maps) context.pool.give(buffer);
    return sums;
  };
  return { path, record };
}

async function compileTotals(
  context: DeviceContext,
  program: MacroProgram,
  buffers: LayerBuffers,
  { cut, units }: LayerWay,
): Promise<(images: number) => Totals> {
  const [add, finish] = await Promise.all([
    context.kernel(addPart, {}),
    context.kernel(finishSums, {}),
  ]);
  const tile_starts = buffers.filled(program.tileStarts, 'tileStarts');
  const bias = buffers.filled(program.bias, 'bias');
  return (images) => {
    const count = outputCount(program.output, images);
    const totals = context.pool.take(8 * count, `${program.name}.totals`);
    context.queue.encoder.clearBuffer(totals);
    return {
      add: (number, sums) => {
        const part = cut.parts[number];
        if (!part) return;
        const params = buffers.uniform(`add-part ${number} ${images}`, () =>
          addPartParams(part, images),
        );
        const invocations = outputCount(part.program.output, images);
        context.run(add, { params, sums, totals }, linearWorkgroups(invocations));
      },
      finish: (sums) => {
        const params = buffers.uniform(`finish-sums ${images}`, () =>
          finishSumsParams(program, images, units),
        );
        const { events } = buffers;
        const bound = { params, totals, tile_starts, bias, sums, events };
        context.run(finish, bound, linearWorkgroups(count));
        context.pool.give(totals);
      },
    };
  };
}
