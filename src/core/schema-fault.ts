// What a value has wrong, in words: the path, what is permitted there, what was found. The one place that words the
// issues of zod.

import { z } from 'zod';
import { nearestName } from './nearest-name.ts';
import type { Permitted } from './permitted.ts';

/** The first fault of a value. */
export interface SchemaFault {
  /** Dotted path of the field; `top level` for the value itself. */
  readonly path: string;
  /** The same, name by name; empty for the value itself. */
  readonly keys: readonly string[];
  /** Such as `must be 1 … 8, not 12`. */
  readonly what: string;
  readonly todo: string | undefined;
  /** Whether there is no value at all. */
  readonly isMissing: boolean;
}

type Issue = z.core.$ZodIssue;
type Key = PropertyKey;

/** What is used of a JSON Schema. */
interface Node {
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Node | boolean;
  readonly propertyNames?: Node;
  readonly prefixItems?: readonly Node[];
  readonly items?: Node | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/**
 * Checks `value` against `schema`.
 * @param fail makes the error of what is wrong
 * @throws what `fail` makes
 */
export function checkSchema<T>(
  schema: z.ZodType<T>,
  value: unknown,
  fail: (fault: SchemaFault) => Error,
): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw fail(faultOf(schema, chosenIssue(parsed.error.issues, value), value));
}

/** What `schema` permits at `path` of a value that it permits. */
export function permittedAt(schema: z.ZodType, path: readonly string[], value: unknown): Permitted {
  const node = nodeAt(schema, path, value);
  return {
    choices: choicesOf(node)?.map(String),
    min: node.minimum,
    max: node.maximum,
    isWhole: node.type === 'integer',
  };
}

/** The issue to show: a misspelt name rather than the field that is missing for it. */
function chosenIssue(issues: readonly Issue[], value: unknown): Issue | undefined {
  const [first] = issues;
  if (!first || valueAt(value, first.path) !== undefined) return first;
  return issues.find(({ code }) => code === 'unrecognized_keys') ?? first;
}

function faultOf(schema: z.ZodType, issue: Issue | undefined, value: unknown): SchemaFault {
  const path = issue?.code === 'invalid_key' ? issue.path.slice(0, -1) : (issue?.path ?? []);
  const keys = path.map(String);
  const node = nodeAt(schema, path, value);
  const found = valueAt(value, path);
  return {
    path: keys.join('.') || 'top level',
    keys,
    isMissing: found === undefined,
    todo: undefined,
    ...faultWords(issue, node, found),
  };
}

type FaultWords = Pick<SchemaFault, 'what'> & Partial<SchemaFault>;

function faultWords(issue: Issue | undefined, node: Node, found: unknown): FaultWords {
  if (issue?.code === 'unrecognized_keys')
    return unknownName(issue.keys[0] ?? '', Object.keys(node.properties ?? {}));
  if (issue?.code === 'invalid_key') {
    const wanted = permitted(node.propertyNames ?? {}, '');
    return { what: `a name must be ${wanted}, not ${shortText(issue.path.at(-1))}` };
  }
  const wanted = permitted(node, found);
  return found === undefined
    ? { what: `is missing (wanted: ${wanted})` }
    : { what: `must be ${wanted}, not ${foundText(found)}` };
}

function unknownName(name: string, names: readonly string[]): FaultWords {
  const nearest = nearestName(name, names);
  return {
    what: `has no field ${shortText(name)}`,
    todo: nearest === undefined ? `its fields: ${names.join(', ')}` : `did you mean "${nearest}"?`,
  };
}

/** The part of the schema that `path` leads to; of a union the branch that the value says it is. */
function nodeAt(schema: z.ZodType, path: readonly Key[], value: unknown): Node {
  let node = rootOf(schema);
  let found = value;
  for (const key of path) {
    node = childOf(branchOf(node, found, key), key);
    found = valueAt(found, [key]);
  }
  return branchOf(node, found, undefined);
}

/** Made once per schema: many files may be wrong. */
const roots = new WeakMap<z.ZodType, Node>();

function rootOf(schema: z.ZodType): Node {
  const root =
    roots.get(schema) ?? (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node);
  roots.set(schema, root);
  return root;
}

function branchOf(node: Node, value: unknown, key: Key | undefined): Node {
  const branches = node.oneOf ?? node.anyOf;
  if (!branches || branches.some((one) => !one.properties)) return node;
  const matching = branches.find((branch) =>
    Object.entries(branch.properties ?? {}).every(([name, field]) => {
      const wanted = choicesOf(field);
      const own = valueAt(value, [name]);
      const isLeftOut = own === undefined && !branch.required?.includes(name);
      return !wanted || isLeftOut || wanted.includes(own);
    }),
  );
  if (matching) return matching;
  // No branch: then it is about what tells the branches apart.
  const fields = branches.flatMap((one) => one.properties?.[String(key)] ?? []);
  const choices = fields.flatMap((field) => choicesOf(field) ?? []);
  return key === undefined ? node : { properties: { [String(key)]: { enum: choices } } };
}

function childOf(node: Node, key: Key): Node {
  const other = typeof node.additionalProperties === 'object' ? node.additionalProperties : {};
  if (typeof key !== 'number') return node.properties?.[String(key)] ?? other;
  return node.prefixItems?.[key] ?? (typeof node.items === 'object' ? node.items : {});
}

/** The values that are permitted one by one; undefined where it is not so. */
function choicesOf(node: Node): readonly unknown[] | undefined {
  if (node.const !== undefined) return [node.const];
  if (node.enum) return node.enum;
  const branches = (node.anyOf ?? node.oneOf)?.map(choicesOf);
  return branches?.every((one) => one !== undefined) ? branches.flat() : undefined;
}

/** What is permitted, in words that follow "must be". */
function permitted(node: Node, found: unknown): string {
  if (node.description !== undefined) return node.description;
  const choices = choicesOf(node);
  if (choices) return oneOf(choices.map((choice) => JSON.stringify(choice)));
  const branches = node.anyOf ?? node.oneOf;
  return branches
    ? oneOf(branches.map((branch) => permitted(branch, found)))
    : permittedKind(node, found);
}

function permittedKind(node: Node, found: unknown): string {
  switch (node.type) {
    case 'integer':
      return numberWords(node, Number.isInteger(found), 'a whole number');
    case 'number':
      return numberWords(node, typeof found === 'number', 'a number');
    case 'string':
      return lengthWords('text', node.minLength, node.maxLength, 'characters');
    case 'array':
      return lengthWords('a list', node.minItems, node.maxItems, 'entries');
    case 'boolean':
      return 'true or false';
    case 'object':
      return 'an object';
    case 'null':
      return 'null';
    case undefined:
    default:
      return 'another value';
  }
}

/** @param isKind whether a number of this kind was found, so that only its range is wrong */
function numberWords(node: Node, isKind: boolean, kind: string): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = node;
  const low = isSafeLimit(minimum) ? undefined : minimum;
  const high = isSafeLimit(maximum) ? undefined : maximum;
  const range =
    low !== undefined && high !== undefined
      ? `${numberText(low)} … ${numberText(high)}`
      : [
          low === undefined ? '' : `at least ${numberText(low)}`,
          exclusiveMinimum === undefined ? '' : `above ${numberText(exclusiveMinimum)}`,
          high === undefined ? '' : `at most ${numberText(high)}`,
          exclusiveMaximum === undefined ? '' : `below ${numberText(exclusiveMaximum)}`,
        ]
          .filter((part) => part !== '')
          .join(' and ');
  if (range === '') return kind;
  return isKind ? range : `${kind}, ${range}`;
}

/** 1000000000000 as 1e12. */
function numberText(value: number): string {
  const text = String(value);
  const short = value.toExponential().replace('+', '');
  return short.length < text.length - 1 ? short : text;
}

/** Integers are limited to +-(2^53 - 1) where nothing else is said. */
const isSafeLimit = (limit: number | undefined): boolean =>
  limit !== undefined && Math.abs(limit) === Number.MAX_SAFE_INTEGER;

function lengthWords(
  kind: string,
  low: number | undefined,
  high: number | undefined,
  unit: string,
): string {
  if (low !== undefined && high !== undefined)
    return `${kind} of ${low === high ? low : `${low} … ${high}`} ${unit}`;
  if (low !== undefined && low > 0)
    return low === 1 ? `${kind} that is not empty` : `${kind} of at least ${low} ${unit}`;
  return high === undefined ? kind : `${kind} of at most ${high} ${unit}`;
}

function oneOf(parts: readonly string[]): string {
  const unique = [...new Set(parts)];
  const last = unique.pop() ?? 'another value';
  return unique.length === 0 ? last : `${unique.join(', ')} or ${last}`;
}

function foundText(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? shortText(value) : String(value);
}

/** A text in quotes, cut where it is long. */
function shortText(value: unknown): string {
  const text = JSON.stringify(String(value));
  return text.length <= 60 ? text : `${text.slice(0, 56)}…"`;
}

function valueAt(value: unknown, path: readonly Key[]): unknown {
  let found = value;
  for (const key of path)
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, key)
        ? (found as Readonly<Record<Key, unknown>>)[key]
        : undefined;
  return found;
}
