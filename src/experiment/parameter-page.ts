// docs/parameters.md, as text: every number of MARS and which fields of a report it moves.

import { type ChipSpec, mars, setChipValues } from '../chips/index.ts';
import { provenanceOf } from '../chips/sourced.ts';
import { compress } from '../compress/compress.ts';
import type { CompressedNetwork } from '../compress/compressed-network.ts';
import { hasKind } from '../core/errors.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import { randomWord } from '../core/random.ts';
import { tilingWindow } from '../core/window.ts';
import { mapToChip } from '../mapping/map-to-chip.ts';
import { networkBuilder } from '../network/builtin/network-builder.ts';
import { imageName } from '../network/graph.ts';
import type { Network } from '../network/network.ts';
import { estimateRun } from '../pipeline/estimate.ts';
import type { Report } from '../report/report.ts';
import { summarize } from '../report/summarize.ts';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import { simulate } from '../simulate/simulate.ts';
import { scheduleAll } from '../timeline/schedule-all.ts';
import {
  effectNames,
  type Outcomes,
  type ParameterEffect,
  parameterEffects,
} from './parameter-effects.ts';

/**
 * A network with a bit of everything: a first layer that writes more than it reads, a residual, a pool, a layer of several weight loads and more
 * tiles than cores; of two layers a group is zero.
 */
function probeNetwork(side: number, tile: number): Network {
  const builder = networkBuilder(1);
  const first = builder.conv('a', imageName, { channels: 3, kernels: 16, size: 1 });
  const second = builder.conv('b', first, { channels: 16, kernels: 16, relu: false });
  builder.node({ op: 'add', name: 'b.add', inputs: [second, first], attributes: {} });
  builder.node({ op: 'relu', name: 'b.relu', inputs: ['b.add'], attributes: {} });
  const pool = {
    op: 'maxPool',
    name: 'pool',
    inputs: ['b.relu'],
    attributes: { window: tilingWindow(tile) },
  } as const;
  const inputs = 16 * (side / tile) ** 2;
  builder.linear('fc', builder.node(pool), { inputs, outputs: classes });
  clearGroup(builder.tensors.get('b')?.['weight'], 16 * 9, (i) => i % 9 === 0);
  clearGroup(builder.tensors.get('fc')?.['weight'], inputs, (i) => i % (inputs / 16) === 0);
  return {
    name: 'probe',
    dataset: 'none',
    input: { height: side, width: side, channels: 3 },
    classes,
    nodes: builder.nodes,
    tensors: builder.tensors,
    origin: {
      command: 'probe',
      seed: 1,
      hardware: 'none',
      date: 'not trained',
      testAccuracy: null,
    },
  };
}

/** Outputs of the probe. */
const classes = 90;

/** Sets some inputs of the first and of the last kernels to 0, so that tiles and passes are not equally long. */
function clearGroup(
  weights: Float32Array | undefined,
  inputs: number,
  isCleared: (input: number) => boolean,
): void {
  weights?.forEach((_, i) => {
    const kernel = Math.floor(i / inputs);
    if ((kernel < 16 || kernel >= 80) && isCleared(i % inputs)) weights[i] = 0;
  });
}

/** Its maps fit no bank, so that they pass in strips; and the same in small, for the outputs. */
const large = { side: 160, tile: 8 };
const small = { side: 4, tile: 2 };

/** What a chip does with the probe: estimated in large, and simulated in small by `backend`. */
export function probeOutcomes(backend: MacroBackend): (chip: ChipSpec) => Promise<Outcomes> {
  const known = new Map<string, CompressedNetwork>();
  const compressed = (chip: ChipSpec, { side, tile }: typeof large): CompressedNetwork => {
    const bits = {
      weightBits: chip.precision.weightBits.value,
      activationBits: chip.precision.activationBits.value,
      multiplierBits: chip.requantizer.multiplierBits.value,
    };
    const key = JSON.stringify([bits, side]);
    const network = known.get(key) ?? compress(probeNetwork(side, tile), bits);
    known.set(key, network);
    return network;
  };
  const image = noiseImage(small.side);
  return async (chip) => {
    const mapping = mapToChip(compressed(chip, small), chip);
    const run = await simulate(mapping, image, { backend });
    const simulated = summarize(mapping, run, scheduleAll(mapping));
    const estimated = whereItFits(() => {
      const inStrips = mapToChip(compressed(chip, large), chip);
      return summarize(inStrips, estimateRun(inStrips), scheduleAll(inStrips));
    });
    return { reports: { small: simulated, large: estimated }, outputs: run.outputs.join() };
  };
}

function whereItFits(report: () => Report): Report | undefined {
  try {
    return report();
  } catch (error) {
    if (hasKind(error, 'mapping')) return undefined;
    throw error;
  }
}

function noiseImage(side: number): FeatureMap {
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => randomWord(1, 500, i) >>> 24);
  return { height: side, width: side, channels: 3, images: 1, bits: 8, data };
}

/**
 * With an ADC that is not the one its costs were stated for, and a clock at which its time decides on a cycle: else nothing
 * that says how costs follow the bits would count.
 */
const probed = setChipValues(mars, ['adc.bits=5', 'clock.frequency=140']);

/** What every number of `mars` moves, measured. */
export const marsEffects = async (backend: MacroBackend): Promise<readonly ParameterEffect[]> =>
  await parameterEffects(probed, probeOutcomes(backend));

/** Why a number moves nothing of the probe. */
const silent: Readonly<Record<string, string>> = {
  'adc.percentile': 'only with `adc.range=calibrated`',
  'accumulator.spillBitsPerCycle':
    'here; cycles where a weight load of very few groups spills partial sums',
  'adc.range': 'costs nothing; the outputs of `mars run`, which fits it to training images',
};

/** The page. The same effects give the same text. */
export function parameterPage(effects: readonly ParameterEffect[]): string {
  const stated = new Map(provenanceOf(mars).map((entry) => [entry.parameter, entry]));
  const rows = effects.map(({ parameter, value, unit, evidence, moves, refused }) => {
    const known = stated.get(parameter);
    const own = `${known?.value ?? value} ${unit}`.trim();
    return `| \`${parameter}\` | ${own} | ${known?.evidence ?? evidence} | ${movesText(parameter, moves, refused)} |`;
  });
  return `# What each number of a chip moves

This page is written by \`npx mars validate --parameters --out docs/parameters.md\`; a test measures it again.

Every number of \`mars\` is changed on its own, up and down, and every word to each of its choices; all fields of the report
are compared. What is not named does not move. The network has a residual, a pool, a layer of several weight loads and zero
groups; it is estimated for images whose maps do not fit the banks, and simulated for one small image, whose sums are the outputs. The
ADC has 5 bits, not the ${mars.adc.calibratedBits.value} that costs were stated for, at 140 MHz. Totals, average power, TOPS/W and the bandwidth of DRAM follow from
what is named, and are left out.

The fields: ${effectNames.filter((name) => name !== 'description').join(', ')}.

| parameter | value | evidence | moves |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function movesText(
  parameter: string,
  moves: readonly string[],
  refused: string | undefined,
): string {
  if (refused !== undefined) return `nothing: refused (${refused})`;
  if (moves.length > 0) return moves.join(', ');
  return `nothing: ${silent[parameter] ?? 'unexplained'}`;
}
