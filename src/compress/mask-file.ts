// The mask file: group masks as JSON that any tool can write, one string of 0 and 1 per layer.

import { InputError } from '../core/errors.ts';
import { z } from 'zod';
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
  layers: z.record(z.string().min(1), z.string().regex(/^[01]*$/, 'wanted: a string of 0 and 1')),
});

/** The text of a mask file: `{"version": 1, "network": ..., "shape": ..., "layers": {"conv1": "0101..."}}`. */
export function writeMaskFile({ network, shape, masks }: MaskFile): string {
  const layers = Object.fromEntries([...masks].map(([name, mask]) => [name, mask.join('')]));
  const { channels, kernels } = shape;
  const file = { version: formatVersion, network, shape: { channels, kernels }, layers };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * Reads a mask file. Whether the masks fit a network is checked where they are applied.
 * @param where name of the file, for errors
 * @throws {InputError} naming the field that is wrong
 */
export function readMaskFile(text: string, where: string): MaskFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InputError({ what: 'is not JSON', where, cause });
  }
  const parsed = maskFileSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InputError({
      what: issue?.message ?? 'is no mask file',
      where: [where, ...(issue && issue.path.length > 0 ? [issue.path.join('.')] : [])],
      todo: 'a mask file is {"version": 1, "network", "shape": {"channels", "kernels"}, "layers": {"name": "0101..."}}',
    });
  }
  const { network, shape, layers } = parsed.data;
  const masks = new Map(
    Object.entries(layers).map(([name, bits]) => [name, Uint8Array.from(bits, Number)] as const),
  );
  return { network, shape, masks };
}
