// Chips from outside: a JSON file, and single values set by hand. Both are checked field by field.

import { z } from 'zod';
import { CimError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { nearestName } from '../core/nearest-name.ts';
import type { Permitted } from '../core/permitted.ts';
import { checkSchema, permittedAt } from '../core/schema-fault.ts';
import { checkAdcCosts } from './adc-cost.ts';
import { type ChipSpec, chipSchema as typeless, type TableAdcSpec } from './chip-spec.ts';
import { completeChip } from './complete-chip.ts';
import { isSourced, provenanceOf } from './sourced.ts';

const chipSchema = typeless as z.ZodType;

/**
 * Checks a value that should be a chip.
 * @param where the file it came from
 * @throws {CimError} (chip) naming the path of the first field that is wrong
 */
export function checkChip(value: unknown, where: string): ChipSpec {
  const chip = checkSchema(chipSchema, completeChip(value), ({ path, what, todo, isMissing }) => {
    const advice = isMissing ? 'compare with `mars info --chip mars --json`' : todo;
    return new CimError('chip', { what, where: [where, path], todo: advice });
  });
  return checkTogether(chip as ChipSpec, where);
}

/** Checks what no field can tell alone. */
function checkTogether(chip: ChipSpec, where: string): ChipSpec {
  if (chip.adc.kind === 'table') checkTable(chip.adc, where);
  checkAdcCosts(chip, where);
  if (chip.controller.overlap.value === 'macroPingPong' && chip.cores.macros.value < 2)
    throw new CimError('chip', {
      what: 'macroPingPong needs two macros per core, one to load and one to compute',
      where: [where, 'cores.macros'],
      todo: 'set cores.macros to 2 or more, or another controller.overlap',
    });
  return chip;
}

function checkTable({ thresholds, values }: TableAdcSpec, where: string): void {
  const fail = (path: string, what: string, todo: string): never => {
    throw new CimError('chip', { what, where: [where, path], todo });
  };
  const [borders, codes] = [thresholds.value, values.value];
  if (codes.length !== borders.length + 1)
    fail(
      'adc.values',
      `has ${codes.length} values for ${borders.length} thresholds`,
      'give one value more than thresholds',
    );
  for (const [name, list] of Object.entries({ thresholds: borders, values: codes })) {
    const at = list.findIndex((value, i) => i > 0 && value <= (list[i - 1] as number));
    if (at > 0)
      fail(`adc.${name}`, `${list[at]} follows ${list[at - 1]}`, 'give them in ascending order');
  }
}

/**
 * Reads a chip file, as text or in bytes. One from before some value existed gets what it meant then (`completeChip`):
 * without `noise`, for example, a macro without noise.
 * @throws {CimError} (chip) when it is not JSON, or any other field is missing, unknown or out of range
 */
export function readChipFile(text: string | Uint8Array, where: string): ChipSpec {
  const value = parseJson(text, (what, cause) => new CimError('chip', { what, where, cause }));
  return checkChip(value, where);
}

/** The JSON Schema of chip files; what newer chips have alone may be left out. */
export const chipJsonSchema = (): object => z.toJSONSchema(chipSchema, { io: 'input' });

/** What `set` permits for the value of `chip` at a path such as `adc.bits`. */
export const permittedValues = (chip: ChipSpec, path: string): Permitted =>
  permittedAt(chipSchema, [...path.split('.'), 'value'], chip);

/**
 * A copy of `chip` with some values replaced, each marked as assumed.
 * @param settings as typed by a person: `adc.bits=5`
 * @throws {CimError} (usage) for a path that does not exist or text that is not `path=value`
 * @throws {CimError} (chip) for a value that the field does not permit
 */
export function setChipValues<Chip extends ChipSpec>(
  chip: Chip,
  settings: readonly string[],
): Chip {
  const changed = structuredCopy(chip);
  for (const setting of settings) {
    const [path, text, ...rest] = setting.split('=');
    if (path === undefined || text === undefined || text === '' || rest.length > 0)
      throw new CimError('usage', {
        what: `"${setting}" is not path=value`,
        where: 'set',
        todo: 'for example adc.bits=5',
      });
    setValue(changed, path, text);
  }
  // Values change, and kinds do not.
  return settings.length === 0 ? chip : (checkChip(changed, `${chip.name} with --set`) as Chip);
}

function setValue(chip: ChipSpec, path: string, text: string): void {
  let node: unknown = chip;
  for (const key of path.split('.'))
    node =
      typeof node === 'object' && node !== null && Object.hasOwn(node, key)
        ? (node as Record<string, unknown>)[key]
        : undefined;
  if (!isSourced(node)) {
    const known = provenanceOf(chip).map((entry) => entry.parameter);
    const near = nearPaths(path, known);
    const advice = near.length === 0 ? '' : `is it ${near.join(', ')}? `;
    throw new CimError('usage', {
      what: `the chip has no value "${path}"`,
      where: 'set',
      todo: `${advice}\`mars info --chip mars\` lists all`,
    });
  }
  refuseNode(chip, path, text);
  const number = (word: string): number => Number(word.trim() || NaN);
  const isList = typeof node.value === 'object';
  const value = isList
    ? text.split(',').map(number)
    : typeof node.value === 'number'
      ? number(text)
      : text;
  if ([value].flat().some((one) => Number.isNaN(one)))
    throw new CimError('usage', {
      what: `"${text}" is not ${isList ? 'numbers with commas between' : 'a number'}`,
      where: ['set', path],
    });
  Object.assign(node, {
    value,
    evidence: 'assumed',
    source: `set by the user (${[node.value].flat().join(' ')} before)`,
  });
}

/** Nothing is scaled to another node, so that only a chip file can say what a chip of one costs. */
function refuseNode({ name, process }: ChipSpec, path: string, text: string): void {
  const node = process.node.value;
  if (path !== 'process.node' || Number(text) === node) return;
  throw new CimError('chip', {
    what: `energies, areas and times of ${name} are those of ${node} nm, and nothing here scales them to another node`,
    where: ['set', path],
    todo: 'set them one by one, or give a chip file of that node',
  });
}

/** Up to three paths that a person may have meant: what it goes on from, those spelt alike, those with a word like one of it. */
function nearPaths(path: string, known: readonly string[]): readonly string[] {
  const most = 3;
  const near = known.filter((one) => path.startsWith(`${one}.`));
  while (near.length < most) {
    const next = nearestName(
      path,
      known.filter((one) => !near.includes(one)),
    );
    if (next === undefined) break;
    near.push(next);
  }
  const words = path.toLowerCase().split('.');
  const lastWordFirst = words.toReversed().filter((word) => word.length > 2);
  const knownWords = known.flatMap((one) => one.split('.'));
  const sharing = lastWordFirst.flatMap((word) => {
    const meant = nearestName(word, knownWords) ?? word;
    return known.filter((one) => one.toLowerCase().includes(meant.toLowerCase()));
  });
  return [...new Set([...near, ...sharing])].slice(0, most);
}

const structuredCopy = <Chip extends ChipSpec>(chip: Chip): Chip =>
  JSON.parse(JSON.stringify(chip)) as Chip;
