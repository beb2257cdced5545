// The mask file: group masks as JSON that any tool can write, one string of 0 and 1 per layer.

import { z } from 'zod';
import { CimError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { checkSchema } from '../core/schema-fault.ts';
import type { GroupMasks } from './group-masks.ts';
import type { GroupShape } from './weight-group.ts';

/** What a mask file holds. */
export interface MaskFile {
  /** Name of the network that the masks are for. */
  readonly network: string;
  /** Size of the groups that are counted. */
  readonly shape: GroupShape;
  readonly masks: GroupMasks;
}

/** Version of the format; readers refuse any other. */
const formatVersion = 1;

const size = z.int().positive().max(65536);
const maskFileSchema = z.strictObject({
  version: z.literal(formatVersion),
  network: z.string().min(1),
  shape: z.strictObject({ channels: size, kernels: size }),
  layers: z.record(
    z.string().min(1),
    z
      .string()
      .regex(/^[01]*$/)
      .describe('a string of 0 and 1'),
  ),
});

/** A path of names as one place; none for the file itself. */
const pathOf = (keys: readonly string[]): readonly string[] =>
  keys.length === 0 ? [] : [keys.join('.')];

const example =
  'a mask file is {"version": 1, "network", "shape": {"channels", "kernels"}, "layers": {"name": "0101..."}}';

/** The text of a mask file: `{"version": 1, "network": ..., "shape": ..., "layers": {"conv1": "0101..."}}`. */
export function writeMaskFile({ network, shape, masks }: MaskFile): string {
  const layers = Object.fromEntries([...masks].map(([name, mask]) => [name, mask.join('')]));
  const { channels, kernels } = shape;
  const file = { version: formatVersion, network, shape: { channels, kernels }, layers };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * Reads a mask file, as text or in bytes. Whether the masks fit a network is checked where they are applied.
 * @param where name of the file, for errors
 * @throws {CimError} (input) naming the field that is wrong
 */
export function readMaskFile(source: string | Uint8Array, where: string): MaskFile {
  const json = parseJson(source, (what, cause) => new CimError('input', { what, where, cause }));
  const { network, shape, layers } = checkSchema(
    maskFileSchema,
    json,
    ({ keys, what }) =>
      new CimError('input', { what, where: [where, ...pathOf(keys)], todo: example }),
  );
  const masks = new Map(
    Object.entries(layers).map(([name, bits]) => [name, Uint8Array.from(bits, Number)] as const),
  );
  return { network, shape, masks };
}
