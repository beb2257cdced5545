// Every geometry, one output per invocation: what no tiled kernel has room for.

import { cellPlanes } from '../../simulate/cell-planes.ts';
import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { DeviceContext } from '../device-context.ts';
import type { GpuMap } from '../gpu-map.ts';
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
  macroMacBytes,
  macroMacConstants,
  macroMacInvocations,
  macroMacParams,
  macroMacTables,
} from '../kernels/macro-mac.ts';
import { levelUnits } from '../kernels/tile.ts';
import { type LayerPart, layerParts } from '../layer-parts.ts';
import { type LayerBuffers, type LayerWay, layerWay, type PartRunner } from './layer-runner.ts';

type Planes = Readonly<Record<'planes', GPUBuffer>>;

/** Compiles what {@link LayerWay} needs for any layer. */
export async function generalLayer(
  context: DeviceContext,
  program: MacroProgram,
  buffers: LayerBuffers,
): Promise<LayerWay> {
  const cut = layerParts(program, context.limits, macroMacBytes(program), 0);
  const [phases, mac] = await Promise.all([
    context.kernel(inputPhases, inputPhasesConstants(program)),
    context.kernel(macroMac, macroMacConstants(program, !cut.wide)),
  ]);
  const maps = ({ images, buffer }: GpuMap): Planes => {
    const planes = context.pool.take(inputPhasesBytes(program, images), `${program.name}.planes`);
    const params = buffers.uniform(`input-phases ${images}`, () =>
      inputPhasesParams(program, images),
    );
    const invocations = inputPhasesInvocations(program, images);
    context.run(phases, { params, activations: buffer, planes }, linearWorkgroups(invocations));
    return { planes };
  };
  const partRunner = (part: LayerPart, number: number): PartRunner<Planes> => {
    const { program: own } = part;
    const cell_planes = buffers.filled(cellPlanes(own), 'cellPlanes');
    const tile_starts = buffers.filled(own.tileStarts, 'tileStarts');
    const codes = buffers.filled(own.codes, 'codes');
    const bias = buffers.filled(own.bias, 'bias');
    const tables = buffers.filled(macroMacTables(own), 'tables');
    const { events } = buffers;
    const lists = { cell_planes, tile_starts, codes, bias, events, tables };
    return ({ images, firstImage }, { planes }, sums) => {
      const params = own.noise
        ? buffers.uniformOnce('macro-mac', macroMacParams(part, images, firstImage))
        : buffers.uniform(`macro-mac ${number} ${images}`, () => macroMacParams(part, images, 0));
      const bound = { ...lists, params, planes, sums };
      context.run(mac, bound, linearWorkgroups(macroMacInvocations(own, images)));
    };
  };
  const units = levelUnits(program);
  return layerWay({ path: 'bit lines', cut, units }, maps, cut.parts.map(partRunner));
}
