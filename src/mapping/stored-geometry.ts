// The sizes of kernels in the header of a stored image.

import type { KernelGeometry } from '../compress/weight-group.ts';
import { assert, CimError } from '../core/errors.ts';
import { writeKernel } from './window-fields.ts';

/** What is written of a geometry whose kernels do not see all channels, or have no weights in part. */
export const writeParts = ({
  groups,
  ownKernels: own,
}: KernelGeometry): Pick<KernelGeometry, 'groups' | 'ownKernels'> => ({
  ...(groups === undefined ? {} : { groups }),
  ...(own ? { ownKernels: { first: own.first, count: own.count } } : {}),
});

/**
 * Checks the geometry that a header has for a layer.
 * @param derived what follows from the layers before it
 * @throws {CimError} (input) with `where`, naming the field that differs
 */
export function checkGeometry(
  geometry: KernelGeometry,
  derived: KernelGeometry | undefined,
  where: readonly string[],
): void {
  assert(derived !== undefined, 'a macro layer has a geometry');
  const written = new Map(fieldsOf(geometry));
  const known = new Map(fieldsOf(derived));
  const odd = [...known.keys(), ...written.keys()].find(
    (field) => written.get(field) !== known.get(field),
  );
  if (odd !== undefined)
    throw new CimError('input', {
      what: `has ${odd} ${written.get(odd)}, not ${known.get(odd) ?? 'any'}`,
      where,
    });
  const { groups = 1, ownKernels: own, kernels } = geometry;
  if (own && (groups > 1 || own.first + own.count > kernels))
    throw new CimError('input', {
      what: `has kernels of its own beyond its ${kernels}, or groups besides`,
      where,
    });
}

/** The fields of a geometry as they are written. */
const fieldsOf = (geometry: KernelGeometry): readonly (readonly [string, string])[] =>
  Object.entries({
    channels: geometry.channels,
    kernels: geometry.kernels,
    ...writeParts(geometry),
    ...writeKernel(geometry.window),
  }).map(([field, value]) => [field, JSON.stringify(value)]);
