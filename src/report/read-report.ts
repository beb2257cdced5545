// Reports from outside: what `mars run` wrote, now or in an earlier version, checked field by field.

import { z } from 'zod';
import { CimError } from '../core/errors.ts';
import type { Shape } from '../core/feature-map.ts';
import { parseJson } from '../core/json.ts';
import { checkSchema } from '../core/schema-fault.ts';
import { picojoules } from '../core/units.ts';
import { balances } from '../mapping/place-tiles.ts';
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

const layer = z.strictObject({
  name: z.string(),
  kind: z.enum(['conv', 'linear', 'maxPool', 'averagePool']),
  memories: z.strictObject({ reads: z.string(), writes: z.string(), adds: z.string().nullable() }),
  shape: z.strictObject({ input: shape, output: shape, kernel: window }),
  macs: count,
  groups: count,
  groupsKept: count,
  macroOps: count,
  cycles: count,
  energy: breakdown,
  path: z.enum(['bit lines', 'dot product', 'dot product, clips corrected']).nullable(),
  columnReads: count,
  saturatedReads: count,
  zeroPhaseReads: count,
  overflowedSums: count,
});

/** Version 1 had shapes as text. */
const shapeText = z
  .string()
  .regex(/^[1-9]\d*(x[1-9]\d*)+$/)
  .describe('a shape such as "28x28x16"');
const oldLayer = layer.extend({
  shape: z.strictObject({ input: shapeText, output: shapeText, kernel: shapeText }),
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
    stalls: z.strictObject({ barrier: count, port: count, drain: count, pool: count }),
    framesPerSecondBeforeStalls: count,
    balance: z.enum(balances),
    balanceGain: count,
    utilization: share,
  }),
  energy: z.strictObject({
    perFrame: breakdown,
    dram: count,
    activity: z.enum(['simulated', 'estimated']),
    averagePower: count,
  }),
  topsPerWatt: z.strictObject({
    executed: count,
    denseEquivalent: count,
    executedWithDram: count,
    denseEquivalentWithDram: count,
  }),
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

const schema = z.discriminatedUnion('version', [
  report,
  report.extend({ version: z.literal(1), layers: z.array(oldLayer) }),
]);

const todo = 'give the report.json that mars run or mars estimate writes';

/**
 * Reads a report, of this version or of version 1, whose shapes were text.
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
  return found.version === 1
    ? { ...found, version: reportVersion, layers: found.layers.map(withShapes) }
    : found;
}

function withShapes(old: z.output<typeof oldLayer>): LayerReport {
  const { input, output, kernel } = old.shape;
  const { height, width } = sizes(kernel);
  const shape = { input: sizes(input), output: sizes(output), kernel: { height, width } };
  return { ...old, shape };
}

/** From `28x28x16`, or `3x3`, to numbers. */
function sizes(text: string): Shape {
  const [height = 1, width = 1, channels = 1] = text.split('x').map(Number);
  return { height, width, channels };
}
