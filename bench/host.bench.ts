// How long does the work around the simulation take, and which share of a run on 1,000 CIFAR images is it?
//
// Host work is what a job does once, in plain TypeScript on one thread: compress the network, map it onto the chip, turn
// the mapping into programs, schedule, report. Its share is of host work and `simulate` together, images simulated on
// the GPU. The checks that `mars run` adds are told apart, for they judge the result and do not make it: every image in
// float, and the first images in plain integer convolutions. Simulation and float are timed on fewer images, and scaled
// to 1,000.

import { mars } from '../src/chips/index.ts';
import { compress } from '../src/compress/compress.ts';
import { type CompressedNetwork, isMacroLayer } from '../src/compress/compressed-network.ts';
import { densityProfileMasks, type GroupMasks } from '../src/compress/group-masks.ts';
import { type FeatureMap, imageSlice } from '../src/core/feature-map.ts';
import { type Mapping, mapToChip } from '../src/mapping/map-to-chip.ts';
import { floatOutputs } from '../src/network/float-forward.ts';
import { type Network, networkMacs } from '../src/network/network.ts';
import { groupShapeOf } from '../src/mapping/layer-groups.ts';
import { integerForward } from '../src/reference/integer-network.ts';
import { summarize } from '../src/report/summarize.ts';
import type { MacroBackend } from '../src/simulate/macro-backend.ts';
import { estimateRun } from '../src/pipeline/estimate.ts';
import { toPrograms } from '../src/simulate/to-program.ts';
import { toChromeTrace } from '../src/timeline/chrome-trace.ts';
import { schedule } from '../src/timeline/schedule.ts';
import { scheduleAll } from '../src/timeline/schedule-all.ts';
import { openGpuOf } from '../src/measure/backend.ts';
import { openNetworkCase } from '../src/measure/network-case.ts';
import type { Bench, Question, TimedCase } from '../src/measure/question.ts';
import type { Row } from '../src/measure/result.ts';

/** Scale of the density profile; undefined is dense. */
const subjects: readonly { readonly name: string; readonly scale: number | undefined }[] = [
  { name: 'vgg16', scale: undefined },
  { name: 'vgg16', scale: 1.1 },
  { name: 'resnet18', scale: undefined },
  { name: 'resnet18', scale: 0.5 },
  { name: 'resnet20', scale: 0.5 },
];
/** Images of the run, and on how many of them the float network is timed. */
const images = { run: 1000, float: 2 };
/** MACs that `mars run` checks with plain convolutions, but one image at least. */
const checkedMacs = 4e8;

/** The question. */
export const host: Question = {
  name: 'host',
  asks: 'How long does the work around the simulation take, and which share of a run is it?',
  ask: async (bench) => {
    await using backend = await openGpuOf(bench.host);
    for (const { name, scale } of subjects) {
      const network = await bench.host.network(name);
      const shape = groupShapeOf(mars, 8);
      const masks = scale === undefined ? undefined : densityProfileMasks(network, scale, 1, shape);
      const density = scale === undefined ? 'dense' : `profile ${scale}`;
      const rows: Row[] = [];
      for (const [stage, one] of Object.entries(stagesOf(network, masks))) {
        const row = await bench.measure({ network: name, density, stage }, () => one);
        if (row) rows.push(row);
      }
      if (rows.length === 0) continue;
      const pruning = { groupMasks: masks, groupShape: shape };
      const mapping = mapToChip(compress(network, pruning), mars);
      await addShare(bench, backend, { network, density, mapping, rows });
    }
  },
};

const once = { networks: 1 };

function stagesOf(network: Network, groupMasks: GroupMasks | undefined): Record<string, TimedCase> {
  const pruning = { groupMasks, groupShape: groupShapeOf(mars, 8) };
  const compressed = compress(network, pruning);
  const mapping = mapToChip(compressed, mars);
  const timeline = schedule(mapping);
  const run = estimateRun(mapping);
  return {
    compress: {
      work: once,
      check: () => checkKept(mapping, groupMasks),
      run: () => void compress(network, pruning),
    },
    map: {
      work: once,
      check: () => checkTiles(mapping),
      run: () => void mapToChip(newlyCompressed(compressed), mars),
    },
    programs: {
      work: once,
      check: () => checkPrograms(mapping),
      run: () => void toPrograms(mapping),
    },
    schedule: {
      work: once,
      facts: {
        cycles: timeline.cyclesPerFrame,
        steps: timeline.steps.length,
        'trace KB': Math.round(JSON.stringify(toChromeTrace(timeline)).length / 1024),
      },
      check: () => {
        const cycles = timeline.layers.reduce((sum, layer) => sum + layer.cycles, 0);
        return same(cycles, timeline.cyclesPerFrame, 'cycles of all layers with those of a frame');
      },
      run: () => void schedule(mapping),
    },
    report: {
      work: once,
      check: () =>
        same(
          summarize(mapping, run, scheduleAll(mapping)).performance.cyclesPerFrame,
          timeline.cyclesPerFrame,
          'cycles of the report with those of the timeline',
        ),
      run: () => void summarize(mapping, run, scheduleAll(mapping)),
    },
  };
}

/** The same network, of whose weights nothing is known yet. */
const newlyCompressed = (network: CompressedNetwork): CompressedNetwork => ({
  ...network,
  layers: network.layers.map((layer) =>
    isMacroLayer(layer) ? { ...layer, weights: layer.weights.subarray() } : layer,
  ),
});

function checkKept(mapping: Mapping, masks: GroupMasks | undefined): string {
  const macro = mapping.layers.filter((mapped) => mapped.kind === 'macro');
  const wanted = macro.map(({ layer, kept }) => sum(masks?.get(layer.name) ?? kept.map(() => 1)));
  return same(sum(macro.map(({ kept }) => sum(kept))), sum(wanted), 'groups kept with masks');
}

function checkTiles(mapping: Mapping): string {
  const macro = mapping.layers.filter((mapped) => mapped.kind === 'macro');
  const stored = macro.map(({ tiles }) => sum(tiles.map(({ codes }) => codes.length)));
  return same(sum(stored), sum(macro.map(({ kept }) => sum(kept))), 'groups mapped');
}

function checkPrograms(mapping: Mapping): string {
  const lengths = [...toPrograms(mapping).values()].map(({ codes }) => codes.length);
  const macro = mapping.layers.filter((mapped) => mapped.kind === 'macro');
  return same(sum(lengths), sum(macro.map(({ kept }) => sum(kept))), 'groups in programs');
}

interface Share {
  readonly network: Network;
  readonly density: string;
  readonly mapping: Mapping;
  /** The stages of host work. */
  readonly rows: readonly Row[];
}

async function addShare(bench: Bench, backend: MacroBackend, share: Share): Promise<void> {
  const { network, density, mapping, rows } = share;
  const key = { network: network.name, density };
  const { seconds } = bench.settings;
  const simulated = await bench.measure({ ...key, stage: 'simulate' }, async () =>
    openNetworkCase(bench.host, backend, { network, mapping, seconds }),
  );
  if (!simulated?.timing) return;
  const { images: set } = await bench.host.images('cifar10', 'test', images.run);
  const checked = Math.max(1, Math.floor(checkedMacs / networkMacs(network)));
  const secondsOf = (count: number, work: (taken: FeatureMap) => unknown): number => {
    const start = bench.host.now();
    work(imageSlice(set, 0, count));
    return bench.host.now() - start;
  };
  const exact = secondsOf(checked, (taken) => integerForward(mapping.network, taken));
  const float = secondsOf(images.float, (taken) => floatOutputs(network, taken));
  const simulation = images.run / (simulated.timing.perSecond['images'] ?? Number.NaN);
  const hostSeconds = sum(rows.map(({ timing }) => timing?.wall.p50 ?? 0));
  const round = (value: number): number => Number(value.toPrecision(3));
  bench.add({
    key: { ...key, stage: `run of ${images.run} images` },
    facts: {
      'host s': round(hostSeconds),
      'simulate s': round(simulation),
      'exact check s': round(exact),
      'float check s': round((float * images.run) / images.float),
      'host share %': round((100 * hostSeconds) / (hostSeconds + simulation)),
    },
    checked: 'the rows of its stages',
  });
}

const sum = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((total, value) => total + value, 0);

function same(actual: number, expected: number, what: string): string {
  if (actual !== expected) throw new Error(`${what}: ${actual}, not ${expected}`);
  return `${what}: ${actual}`;
}
