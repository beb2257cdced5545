// A hardware number never travels alone: it carries its unit, how it is known and where from.

/**
 * How a value is known: `read` in the cited source, `inferred` from what was read (the source says how), or `assumed`
 * because something had to be chosen.
 */
export type Evidence = 'read' | 'inferred' | 'assumed';

/** What may be sourced: a number, a name, or numbers in a row. */
export type SourcedValue = number | string | readonly number[];

/** A value with its unit and source. */
export interface Sourced<T extends SourcedValue = number> {
  readonly value: T;
  /** `''` for counts and names. */
  readonly unit: string;
  readonly evidence: Evidence;
  readonly source: string;
}

/** Writes a {@link Sourced} on one line. */
export const sourced = <T extends SourcedValue>(
  value: T,
  unit: string,
  evidence: Evidence,
  source: string,
): Sourced<T> => ({ value, unit, evidence, source });

/** One row of a provenance table. */
export interface ProvenanceEntry {
  /** Path of the value in the chip, as `--set` takes it. */
  readonly parameter: string;
  /** Numbers in a row are text, with spaces between. */
  readonly value: number | string;
  readonly unit: string;
  readonly evidence: Evidence;
  readonly source: string;
}

/** Is this a sourced value, not a group of them? */
export const isSourced = (node: unknown): node is Sourced<SourcedValue> =>
  typeof node === 'object' && node !== null && 'evidence' in node && 'value' in node;

/** Every sourced value below `node`, depth first, with its dotted path. */
export function provenanceOf(node: object, path = ''): ProvenanceEntry[] {
  return Object.entries(node).flatMap(([key, child]: [string, unknown]) => {
    const parameter = path === '' ? key : `${path}.${key}`;
    if (isSourced(child)) return [{ parameter, ...child, value: shownValue(child.value) }];
    return typeof child === 'object' && child !== null ? provenanceOf(child, parameter) : [];
  });
}

const shownValue = (value: SourcedValue): number | string =>
  typeof value === 'object' ? value.join(' ') : value;
