// Reports from outside: what `mars run` wrote, now or in an earlier version, checked field by field.

import { z } from 'zod';
import { CimError } from '../core/errors.ts';
import type { Shape } from '../core/feature-map.ts';
import { parseJson } from '../core/json.ts';
import { checkSchema } from '../core/schema-fault.ts';
import { picojoules } from '../core/units.ts';
import { balances } from '../mapping/place-tiles.ts';
import { type EnergyBreakdown, energyParts } from './energy.ts';
import { type LayerReport, type Report, reportVersion } from './report.ts';

const count = z.number().nonnegative();
const share = z.number().min(0).max(1);
const energy = z.number().transform(picojoules);
const breakdown = z.strictObject({
  macro: energy,
  featureMap: energy,
  accumulate: energy,
  requantize: energy,
  weightPath: energy,
  static: energy,
  total: energy,
});
const size = z.int().positive();
const evidence = z.enum(['read', 'inferred', 'assumed']);
const noise = z.strictObject({ read: count, offset: count, gain: count, cell: count });

const window = z.strictObject({ height: size, width: size });
const shape = z.strictObject({ height: size, width: size, channels: size });

const dram = z.strictObject({ read: count, written: count, weights: count });
const layer = z.strictObject({
  name: z.string(),
  kind: z.enum(['image', 'conv', 'linear', 'maxPool', 'averagePool']),
  memories: z.strictObject({ reads: z.string(), writes: z.string(), adds: z.string().nullable() }),
  shape: z.strictObject({ input: shape, output: shape, kernel: window }),
  macs: count,
  groups: count,
  groupsKept: count,
  cellsUsed: share.exactOptional(),
  macroOps: count,
  cycles: count,
  strips: count,
  dram,
  energy: breakdown,
  adc: z
    .strictObject({ codes: count, step: z.number().nullable(), offset: z.number().nullable() })
    .nullable(),
  path: z.enum(['bit lines', 'dot product', 'dot product, clips corrected']).nullable(),
  columnReads: count,
  saturatedReads: count,
  zeroPhaseReads: count,
  overflowedSums: count,
});

const report = z.strictObject({
  version: z.literal(reportVersion),
  seed: count,
  noise,
  network: z.string(),
  chip: z.string(),
  dataset: z.string(),
  adapter: z.string(),
  backend: z.string(),
  backendChoice: z.string().exactOptional(),
  checked: z
    .strictObject({ backend: z.string(), adapter: z.string(), images: count })
    .exactOptional(),
  notSimulated: z.string().exactOptional(),
  peakMemory: count.nullable(),
  images: count,
  accuracy: z.strictObject({
    top1: share.nullable(),
    floatTop1: share.nullable(),
    floatImages: count,
    quantizedTop1: share.nullable(),
    agreement: share.nullable(),
  }),
  compression: z.strictObject({
    weightBits: size,
    activationBits: size,
    groups: count,
    groupsKept: count,
    weightsKept: share,
    macsKept: share,
    indexBits: count,
    storedBits: count,
    denseBits: count,
  }),
  performance: z.strictObject({
    cyclesPerFrame: count,
    framesPerSecond: count,
    computeCycles: count,
    loadCycles: count,
    stallCycles: count,
    stalls: z.strictObject({ barrier: count, port: count, drain: count, pool: count, dram: count }),
    framesPerSecondBeforeStalls: count,
    balance: z.enum(balances),
    balanceGain: count,
    utilization: share,
  }),
  energy: z.strictObject({
    perFrame: breakdown,
    dram: count,
    assumed: breakdown,
    columnRead: z.strictObject({ array: count, adc: count }).nullable(),
    staticPower: z
      .strictObject({ control: count, cores: count, macros: count, sram: count, total: count })
      .nullable(),
    activity: z.enum(['simulated', 'estimated']),
    averagePower: count,
  }),
  topsPerWatt: z.strictObject({
    executed: count,
    denseEquivalent: count,
    executedWithDram: count,
    denseEquivalentWithDram: count,
  }),
  dram: dram.extend({ bytesPerFrame: count, bandwidth: count, framesPerSecondWithout: count }),
  area: z.strictObject({
    total: count,
    parts: z.array(
      z.strictObject({
        part: z.enum(['macros', 'featureMap', 'weightSram', 'accumulators']),
        area: count,
        evidence,
      }),
    ),
  }),
  layers: z.array(layer),
  provenance: z.array(
    z.strictObject({
      parameter: z.string(),
      value: z.union([z.number(), z.string()]),
      unit: z.string(),
      evidence,
      source: z.string(),
    }),
  ),
});

/** Before version 3 there was no DRAM, no row for the image, and nothing that said what was assumed. */
const layer2 = layer
  .omit({ strips: true, dram: true, adc: true })
  .extend({ kind: layer.shape.kind.exclude(['image']) });
const report2 = report.omit({ dram: true }).extend({
  version: z.literal(2),
  performance: report.shape.performance.extend({
    stalls: report.shape.performance.shape.stalls.omit({ dram: true }),
  }),
  energy: report.shape.energy.omit({ assumed: true, columnRead: true, staticPower: true }),
  layers: z.array(layer2),
});

/** Version 1 had shapes as text. */
const shapeText = z
  .string()
  .regex(/^[1-9]\d*(x[1-9]\d*)+$/)
  .describe('a shape such as "28x28x16"');
const layer1 = layer2.extend({
  shape: z.strictObject({ input: shapeText, output: shapeText, kernel: shapeText }),
});
const report1 = report2.extend({ version: z.literal(1), layers: z.array(layer1) });

const schema = z.discriminatedUnion('version', [report, report2, report1]);

const todo = 'give the report.json that mars run or mars estimate writes';

/**
 * Reads a report, of this version or of an earlier one: what that did not know is nothing, or null.
 * @param where name of the file, for errors
 * @throws {CimError} (input) naming the field that is wrong
 */
export function readReport(source: Uint8Array | string, where: string): Report {
  const json = parseJson(
    source,
    (what, cause) => new CimError('input', { what, where, todo, cause }),
  );
  return checkReport(json, where);
}

/**
 * Checks a value that should be a report, as {@link readReport} does.
 * @throws {CimError} (input) naming the field that is wrong
 */
export function checkReport(value: unknown, where: string): Report {
  const found = checkSchema(
    schema,
    value,
    ({ path, what }) =>
      new CimError('input', { what: `is no report: ${path} ${what}`, where, todo }),
  );
  if (found.version === reportVersion) return found;
  return fromVersion2(
    found.version === 1 ? { ...found, version: 2, layers: found.layers.map(withShapes) } : found,
  );
}

type Report2 = z.output<typeof report2>;

function withShapes(old: z.output<typeof layer1>): z.output<typeof layer2> {
  const { input, output, kernel } = old.shape;
  const { height, width } = sizes(kernel);
  const shape = { input: sizes(input), output: sizes(output), kernel: { height, width } };
  return { ...old, shape };
}

const noDram = { read: 0, written: 0, weights: 0 };

function fromVersion2(old: Report2): Report {
  const { performance, energy: known } = old;
  return {
    ...old,
    version: reportVersion,
    performance: { ...performance, stalls: { ...performance.stalls, dram: 0 } },
    energy: { ...known, assumed: known.perFrame, columnRead: null, staticPower: null },
    dram: {
      ...noDram,
      bytesPerFrame: 0,
      bandwidth: 0,
      framesPerSecondWithout: performance.framesPerSecond,
    },
    layers: [
      ...imageRow(old),
      ...old.layers.map((one) => ({ ...one, strips: 0, dram: noDram, adc: null })),
    ],
  };
}

/** What the frame's energy has beyond the layers': writing the image, which had no row. */
function imageRow({ layers, energy: { perFrame } }: Report2): readonly LayerReport[] {
  const [first] = layers;
  if (!first) return [];
  const energies = Object.fromEntries(
    [...energyParts, 'total' as const].map((part) => {
      const rest = perFrame[part] - layers.reduce((sum, one) => sum + one.energy[part], 0);
      // Below this, only rounding is left.
      return [part, picojoules(Math.abs(rest) < 1e-9 * perFrame.total ? 0 : rest)];
    }),
  ) as unknown as EnergyBreakdown;
  return [
    {
      name: 'image',
      kind: 'image',
      memories: { reads: 'outside', writes: first.memories.reads, adds: null },
      shape: {
        input: first.shape.input,
        output: first.shape.input,
        kernel: { height: 1, width: 1 },
      },
      macs: 0,
      groups: 0,
      groupsKept: 0,
      macroOps: 0,
      cycles: 0,
      strips: 0,
      dram: noDram,
      energy: energies,
      adc: null,
      path: null,
      columnReads: 0,
      saturatedReads: 0,
      zeroPhaseReads: 0,
      overflowedSums: 0,
    },
  ];
}

/** From `28x28x16`, or `3x3`, to numbers. */
function sizes(text: string): Shape {
  const [height = 1, width = 1, channels = 1] = text.split('x').map(Number);
  return { height, width, channels };
}
