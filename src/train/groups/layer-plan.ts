// What single layers do differently in training: a JSON file, and the flags for common cases.

import { z } from 'zod';
import { CimError } from '../../core/errors.ts';
import { checkSchema } from '../../core/schema-fault.ts';
import { hasWeights } from '../../network/layer.ts';
import type { Network } from '../../network/network.ts';

/** One layer that does not follow the rest. */
export interface LayerPlan {
  /** 2 ... 8. */
  readonly weightBits?: number | undefined;
  /** Of its stored output, 1 ... 8. */
  readonly activationBits?: number | undefined;
  /** Its strength of group lasso as a multiple of the others'. */
  readonly lasso?: number | undefined;
  /** True leaves all its groups: no group lasso, no pruning. */
  readonly dense?: boolean | undefined;
}

/** Plans by layer name. */
export type LayerPlans = ReadonlyMap<string, LayerPlan>;

const planSchema = z.strictObject({
  weightBits: z.int().min(2).max(8).optional(),
  activationBits: z.int().min(1).max(8).optional(),
  lasso: z.number().min(0).max(100).optional(),
  dense: z.boolean().optional(),
});
const fileSchema = z.strictObject({
  version: z.literal(1),
  layers: z.record(z.string().min(1), planSchema),
});

const example = '{"version": 1, "layers": {"conv1": {"weightBits": 8, "dense": true}}}';

/**
 * The plans of a configuration file.
 * @param json what the file holds
 * @param where name of the file, for errors
 * @throws {CimError} (input) naming the layer and the field that is wrong
 */
export function readLayerPlans(json: unknown, where: string): LayerPlans {
  const { layers } = checkSchema(fileSchema, json, ({ keys, what, todo }) => {
    const place = keys[0] === 'layers' ? keys.slice(1) : keys;
    return new CimError('input', {
      what,
      where: [where, ...place],
      todo: todo ?? `such a file is ${example}`,
    });
  });
  return new Map(Object.entries(layers));
}

/**
 * `plans` with the layers of `names` dense; `first` and `last` stand for the first and the last layer with weights.
 * @throws {CimError} (input) naming a layer that the network does not have
 */
export function withDense(
  plans: LayerPlans,
  names: readonly string[],
  network: Network,
): LayerPlans {
  const known = network.layers.filter(hasWeights).map(({ name }) => name);
  const named = names.map((name) =>
    name === 'first' ? (known[0] ?? name) : name === 'last' ? (known.at(-1) ?? name) : name,
  );
  const all = new Map(plans);
  for (const name of named) all.set(name, { ...all.get(name), dense: true });
  const unknown = [...all.keys()].find((name) => !known.includes(name));
  if (unknown === undefined) return all;
  throw new CimError('input', {
    what: 'is no layer with weights',
    where: [network.name, unknown],
    todo: `name one of ${known.join(', ')}`,
  });
}
