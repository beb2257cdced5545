// Cycles and rates as formulas.

import { adcBits } from '../../chips/adc-cost.ts';
import type { ChipSpec } from '../../chips/index.ts';
import { macroGeometry } from '../../chips/macro-geometry.ts';
import type { MappedMacroLayer } from '../../mapping/map-to-chip.ts';
import type { CycleShares } from '../../timeline/timeline.ts';
import { type Add, explained, type Explained, given, perThousand, sumOf } from './common.ts';
import { ceiling, constant, counted, type Expression, over, plus, times } from './expression.ts';

/** Adds the speed of a frame, and what DRAM moves. */
export function addPerformance(add: Add, of: Explained): void {
  const { mapping, timeline, report } = of;
  const { chip } = mapping;
  const layers = timeline.layers.map(({ layer, cycles }) =>
    explained(`layers.${layer}.cycles`, cycles / timeline.images, 'cycles'),
  );
  const perFrame = explained(
    'performance.cyclesPerFrame',
    report.performance.cyclesPerFrame,
    'cycles',
  );
  add('performance.cyclesPerFrame', 'cycles', () => plus(...layers));
  add('performance.framesPerSecond', '1/s', () =>
    over(times(given(chip, 'clock.frequency'), constant(1e6, 'Hz per MHz')), perFrame),
  );
  add('performance.utilization', '', () =>
    over(
      explained('performance.computeCycles', report.performance.computeCycles, 'cycles'),
      perFrame,
    ),
  );
  add('performance.macroOps', '', () =>
    sumOf(
      report.layers
        .filter(({ macroOps }) => macroOps > 0)
        .map(({ name, macroOps }) => explained(`layers.${name}.macroOps`, macroOps, '')),
    ),
  );
  addShares(add, of);
  addDram(add, of);
}

const stallNames = ['barrier', 'port', 'drain', 'pool', 'dram'] as const;

/** Adds what the cycles of a frame go to: sums over the layers. */
function addShares(add: Add, { timeline, report }: Explained): void {
  const { images, layers } = timeline;
  const share = (name: keyof CycleShares): Expression =>
    sumOf(
      layers
        .filter((time) => time[name] > 0)
        .map((time) =>
          counted(
            `${name} cycles of ${time.layer}`,
            time[name] / images,
            'cycles',
            `${shareText[name]}, by the schedule, averaged over the cores`,
          ),
        ),
    );
  add('performance.computeCycles', 'cycles', () => share('compute'));
  add('performance.loadCycles', 'cycles', () => share('load'));
  const { stalls } = report.performance;
  for (const name of stallNames) add(`performance.stalls.${name}`, 'cycles', () => share(name));
  add('performance.stallCycles', 'cycles', () =>
    plus(
      ...stallNames.map((name) => explained(`performance.stalls.${name}`, stalls[name], 'cycles')),
    ),
  );
}

/** Adds what DRAM moves. */
function addDram(add: Add, { report, mapping }: Explained): void {
  const { dram, layers, performance } = report;
  const ways = ['read', 'written', 'weights'] as const;
  for (const way of ways)
    add(`dram.${way}`, 'B', () =>
      sumOf(
        layers
          .filter((one) => one.dram[way] > 0)
          .map(({ name, dram: own }) =>
            counted(
              `${way === 'weights' ? 'weight bytes' : `bytes ${way}`} of ${name}`,
              own[way],
              'B',
              'counted per image',
            ),
          ),
      ),
    );
  add('dram.bytesPerFrame', 'B', () =>
    plus(...ways.map((way) => explained(`dram.${way}`, dram[way], 'B'))),
  );
  add('dram.bandwidth', 'GB/s', () =>
    over(
      times(
        explained('dram.bytesPerFrame', dram.bytesPerFrame, 'B'),
        explained('performance.framesPerSecond', performance.framesPerSecond, '1/s'),
      ),
      constant(1e9, 'bytes per GB'),
    ),
  );
  const hertz = mapping.chip.clock.frequency.value * 1e6;
  add('dram.framesPerSecondWithout', '1/s', () =>
    over(
      times(given(mapping.chip, 'clock.frequency'), constant(1e6, 'Hz per MHz')),
      counted(
        'cycles without DRAM',
        hertz / dram.framesPerSecondWithout,
        'cycles',
        'the same schedule where all that DRAM moves is there at once',
      ),
    ),
  );
}

/** What the cycles of a layer went to; macro-ops and loads by their formulas, where nothing overlaps. */
export function cyclesOf({ mapping }: Explained, time: CycleShares, name: string): Expression {
  const { chip } = mapping;
  const mapped = mapping.layers.find(({ layer }) => layer.name === name);
  const shares = (['compute', 'load', 'port', 'drain', 'pool', 'barrier', 'dram'] as const).filter(
    (share) => time[share] > 0,
  );
  const plain = (share: (typeof shares)[number]): Expression =>
    counted(
      `${share} cycles`,
      time[share],
      'cycles',
      `${shareText[share]}, by the schedule, averaged over the cores`,
    );
  const isSerial = chip.controller.overlap.value === 'serial';
  return plus(
    ...shares.map((share) => {
      if (mapped?.kind !== 'macro' || !isSerial) return plain(share);
      if (share === 'compute') return computeCycles(chip, mapped);
      return share === 'load' ? loadCycles(chip, mapped) : plain(share);
    }),
  );
}

const shareText: Readonly<Record<keyof CycleShares, string>> = {
  compute: 'macro-ops',
  load: 'weight loads',
  port: 'waiting for ports',
  drain: 'emptying the pipeline',
  pool: 'pooling',
  barrier: 'waiting for the slowest core',
  dram: 'waiting for DRAM',
};

/** Macro-ops of all cores, over the cores. */
function computeCycles(chip: ChipSpec, mapped: MappedMacroLayer): Expression {
  const { tiles, runs, geometry } = mapped;
  const walks = runs.reduce(
    (sum, { tile, pixels }) => sum + pixels * (tiles[tile]?.codes.length ?? 0),
    0,
  );
  const phase = adcBits(chip.adc) === chip.adc.calibratedBits.value;
  const perOp = phase
    ? ceiling(
        over(
          times(
            counted('input phases', geometry.phases, '', 'input bits over macro.inputBitsPerPhase'),
            given(chip, 'macro.phaseTime'),
            given(chip, 'clock.frequency'),
          ),
          perThousand('ns times MHz per cycle'),
        ),
      )
    : counted(
        'cycles per macro-op',
        geometry.cyclesPerMacroOp,
        'cycles',
        'input phases with this ADC, in whole cycles',
      );
  const batch = given(chip, 'controller.batch');
  return over(
    times(
      counted('groups walked at pixels', walks, '', 'stored groups of each run, times its pixels'),
      perOp,
      ...(chip.controller.batch.value > 1 ? [batch] : []),
    ),
    given(chip, 'cores.count'),
  );
}

function loadCycles(chip: ChipSpec, mapped: MappedMacroLayer): Expression {
  const { tiles, runs, layer } = mapped;
  const groups = runs.reduce(
    (sum, { tile, isLoaded }) => sum + (isLoaded ? 0 : (tiles[tile]?.codes.length ?? 0)),
    0,
  );
  const { loadCyclesPerGroup } = macroGeometry(chip, layer);
  return over(
    times(
      counted('groups loaded', groups, '', 'stored groups of each run'),
      counted(
        'cycles per group',
        loadCyclesPerGroup,
        'cycles',
        'rows of a group, at macro.writeBitsPerCycle',
      ),
    ),
    given(chip, 'cores.count'),
  );
}
