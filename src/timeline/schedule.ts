// Lays a mapping out in time. Layers run one after the other; a layer's tiles run in passes of one tile per core; a
// pass ends when its slowest core is done. Pooling, requantizing and write-back run behind the macro-ops of the same
// layer and take no cycles of their own here.

import { cycles, type Cycle } from '../core/units.ts';
import type { KernelTile } from '../mapping/kernel-tile.ts';
import type { MappedMacroLayer, Mapping } from '../mapping/map-to-chip.ts';
import type { ControllerStep, LayerTime, Timeline } from './timeline.ts';

/** The timeline of one image. */
export function schedule(mapping: Mapping): Timeline {
  const { chip, network } = mapping;
  const cores = chip.cores.count.value;
  const steps: ControllerStep[] = [];
  const layers: LayerTime[] = [];
  let now = cycles(0);
  for (const mapped of mapping.layers) {
    if (mapped.kind !== 'macro') continue;
    const layerSteps = scheduleLayer(mapping, mapped, now);
    const end = layerSteps.reduce(
      (latest, step) => Math.max(latest, step.start + step.cycles),
      now as number,
    );
    const share = (kind: ControllerStep['kind']): number =>
      layerSteps.reduce((sum, step) => sum + (step.kind === kind ? step.cycles : 0), 0) / cores;
    layers.push({
      layer: mapped.layer.name,
      start: now,
      cycles: cycles(end - now),
      compute: share('compute'),
      load: share('load'),
      wait: share('wait'),
      bank: (layers.length % 2) as 0 | 1,
    });
    steps.push(...layerSteps);
    now = cycles(end);
  }
  const frequency = chip.clock.frequency.value;
  return {
    network: network.name,
    chip: chip.name,
    cores,
    frequency,
    cyclesPerFrame: now,
    layers,
    steps,
  };
}

function scheduleLayer(mapping: Mapping, mapped: MappedMacroLayer, start: Cycle): ControllerStep[] {
  const cores = mapping.chip.cores.count.value;
  const passes = Math.max(0, ...mapped.tiles.map((tile) => tile.pass + 1));
  const steps: ControllerStep[] = [];
  let passStart = start;
  for (let pass = 0; pass < passes; pass++) {
    const perCore = Array.from({ length: cores }, (_, core) => {
      const tile = mapped.tiles.find(
        (candidate) => candidate.pass === pass && candidate.core === core,
      );
      return tile ? scheduleTile(mapping, mapped, tile, passStart) : [];
    });
    const ends = perCore.map((own) => (own.at(-1)?.start ?? passStart) + (own.at(-1)?.cycles ?? 0));
    const passEnd = Math.max(...ends);
    perCore.forEach((own, core) => {
      steps.push(...own);
      const end = cycles(ends[core] ?? passStart);
      if (end < passEnd) steps.push(waitStep(mapped.layer.name, core, end, cycles(passEnd - end)));
    });
    passStart = cycles(passEnd);
  }
  return steps;
}

function scheduleTile(
  mapping: Mapping,
  mapped: MappedMacroLayer,
  tile: KernelTile,
  start: Cycle,
): ControllerStep[] {
  const { layer, geometry } = mapped;
  const pixels = layer.outputShape.height * layer.outputShape.width;
  const isSerial = mapping.chip.controller.overlap.value === 'serial';
  const steps: ControllerStep[] = [];
  let now = start;
  tile.loads.forEach(({ groups }, load) => {
    const common = { layer: layer.name, core: tile.core, tile: tile.index, load, groups };
    if (isSerial) {
      const loading = cycles(groups * geometry.loadCyclesPerGroup);
      steps.push({ ...common, kind: 'load', start: now, cycles: loading });
      now = cycles(now + loading);
    }
    const computing = cycles(pixels * groups * geometry.cyclesPerMacroOp);
    steps.push({ ...common, kind: 'compute', start: now, cycles: computing });
    now = cycles(now + computing);
  });
  return steps;
}

const waitStep = (layer: string, core: number, start: Cycle, length: Cycle): ControllerStep => ({
  kind: 'wait',
  layer,
  core,
  tile: -1,
  load: -1,
  start,
  cycles: length,
  groups: 0,
});
