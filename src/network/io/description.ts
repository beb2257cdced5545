// What the descriptions of all versions have in common.

import { z } from 'zod';
import type { Shape } from '../../core/feature-map.ts';
import type { Origin, Precision, TrainedScales } from '../network.ts';

/** A size of a map or kernel. */
export const size: z.ZodType<number> = z.int().positive().max(65536);
const weightBits = z.int().min(2).max(8);
const activationBits = z.int().min(1).max(8);

/** Scales that a layer was trained with. */
export const scalesSchema: z.ZodType<TrainedScales> = z.strictObject({
  weightBits,
  weightScale: z.number().positive(),
  kernelScales: z.array(z.number().positive()).max(65536).optional(),
  output: z.strictObject({ bits: activationBits, scale: z.number().positive() }).optional(),
});

/** The schema of each field of `NetworkFacts`. */
interface FactsSchemas {
  readonly name: z.ZodType<string>;
  readonly dataset: z.ZodType<string>;
  readonly input: z.ZodType<Shape>;
  readonly classes: z.ZodType<number>;
  readonly precision: z.ZodOptional<z.ZodType<Precision>>;
  readonly origin: z.ZodType<Origin>;
}

/** What is said of a network whatever the form of its layers. */
export const factsSchemas: FactsSchemas = {
  name: z.string().min(1),
  dataset: z.string(),
  input: z.strictObject({ height: size, width: size, channels: size }),
  classes: size,
  precision: z.strictObject({ weightBits, activationBits }).optional(),
  origin: z.strictObject({
    command: z.string(),
    seed: z.number(),
    hardware: z.string(),
    date: z.string(),
    testAccuracy: z.number().min(0).max(1).nullable(),
    prunedGroups: z.number().min(0).max(1).optional(),
  }),
};

/** A description that was parsed from JSON, and the file that it is of. */
export interface DescribedFile {
  readonly json: unknown;
  /** Checks the description; errors name the layer. */
  check<T>(schema: z.ZodType<T>): T;
  /**
   * The array `<layer>.<part>`; undefined where there is none.
   * @param scales units of whole numbers, in a file that has these instead of what they stand for
   */
  find(
    layer: string,
    part: string,
    shape: readonly number[],
    scales?: TrainedScales,
  ): Float32Array | undefined;
  /** The array `<layer>.<part>`, which must be there. */
  need(layer: string, part: string, shape: readonly number[], scales?: TrainedScales): Float32Array;
}
