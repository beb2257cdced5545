// Every geometry, one output per invocation: what no tiled kernel has room for.

import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { DeviceContext } from '../device-context.ts';
import { outputCount } from '../gpu-map.ts';
import { linearWorkgroups } from '../kernel.ts';
import {
  inputPhases,
  inputPhasesBytes,
  inputPhasesConstants,
  inputPhasesInvocations,
  inputPhasesParams,
} from '../kernels/input-phases.ts';
import {
  macroMac,
  macroMacConstants,
  macroMacInvocations,
  macroMacParams,
  noiseTable,
} from '../kernels/macro-mac.ts';
import type { LayerBuffers, LayerRunner } from './layer-runner.ts';

/** Compiles what {@link LayerRunner} needs for any layer. */
export async function generalLayer(
  context: DeviceContext,
  program: MacroProgram,
  buffers: LayerBuffers,
): Promise<LayerRunner> {
  const [phases, mac] = await Promise.all([
    context.kernel(inputPhases, inputPhasesConstants(program)),
    context.kernel(macroMac, macroMacConstants(program)),
  ]);
  const weightPlanes = buffers.filled(program.weightPlanes, 'weightPlanes');
  const tileStarts = buffers.filled(program.tileStarts, 'tileStarts');
  const codes = buffers.filled(program.codes, 'codes');
  const bias = buffers.filled(program.bias, 'bias');
  const noise = buffers.filled(noiseTable(program), 'noise');
  return {
    path: 'bit lines',
    record: ({ images, firstImage, buffer }) => {
      const planes = context.pool.take(inputPhasesBytes(program, images), `${program.name}.planes`);
      const phasesParams = buffers.uniform(`input-phases ${images}`, () =>
        inputPhasesParams(program, images),
      );
      context.run(
        phases,
        [phasesParams, buffer, planes],
        linearWorkgroups(inputPhasesInvocations(program, images)),
      );
      const sums = context.pool.take(
        4 * outputCount(program.output, images),
        `${program.name}.sums`,
      );
      const params = program.noise
        ? buffers.uniformOnce('macro-mac', macroMacParams(program, images, firstImage))
        : buffers.uniform(`macro-mac ${images}`, () => macroMacParams(program, images, 0));
      context.run(
        mac,
        [params, planes, weightPlanes, tileStarts, codes, bias, sums, buffers.events, noise],
        linearWorkgroups(macroMacInvocations(program, images)),
      );
      context.pool.give(planes);
      return sums;
    },
  };
}
