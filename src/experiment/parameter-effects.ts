// Which number of a chip moves what of a report: each is changed on its own, and every field is looked at.

import { type ChipSpec, permittedValues, setChipValues } from '../chips/index.ts';
import { type Evidence, provenanceOf } from '../chips/sourced.ts';
import { CimError } from '../core/errors.ts';
import type { Report } from '../report/report.ts';

/** What a parameter moves. */
export interface ParameterEffect {
  readonly parameter: string;
  readonly value: number | string;
  readonly unit: string;
  readonly evidence: Evidence;
  /** The values tried that the chip can have. */
  readonly tried: readonly (number | string)[];
  /** Names of fields of a report, in the order of `effectNames`; empty where it moves nothing. */
  readonly moves: readonly string[];
  /** Why every other value is refused; undefined where one is not. */
  readonly refused: string | undefined;
}

/** Every field of a report but those that follow from others, by what a person calls it: the first pattern that fits counts. */
const fields: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['outputs', /^outputs$/],
  ['whether it fits', /^fits$/],
  ['noise', /^noise\./],
  ['codes of the ADC', /^layers\.\w+\.adc(\.|$)/],
  ['stored weights', /^(compression\.|layers\.\w+\.(macs|groups|groupsKept)$)/],
  ['macro-ops and reads', /^layers\.\w+\.(macroOps|\w*Reads|overflowedSums|path)$/],
  [
    'cycles',
    /^(performance\.(\w*[cC]ycles\w*|stalls\.\w+|utilization|balance\w*)|layers\.\w+\.cycles)$/,
  ],
  ['frames per second', /^(performance|dram)\.framesPerSecond/],
  [
    'DRAM traffic',
    /^(dram\.(read|written|weights|bytesPerFrame)$|layers\.\w+\.(dram|strips|memories))/,
  ],
  ['macro energy', /energy\.(\w+\.)?macro$/],
  ['feature-map energy', /energy\.(\w+\.)?featureMap$/],
  ['accumulator energy', /energy\.(\w+\.)?accumulate$/],
  ['requantizer energy', /energy\.(\w+\.)?requantize$/],
  ['weight-path energy', /energy\.(\w+\.)?weightPath$/],
  ['static energy', /energy\.(\w+\.)?static$/],
  ['column read', /^energy\.columnRead\./],
  ['static power', /^energy\.staticPower\./],
  ['DRAM energy', /^energy\.dram$/],
  ['area', /^area\./],
  [
    'description',
    /^(version|seed|network|chip|dataset|adapter|backend|peakMemory|images|accuracy\.|energy\.activity|layers\.\w+\.(name|kind|shape))/,
  ],
];

/** Fields that follow from others: from energies, times and bytes. */
const derived =
  /^(energy\.(perFrame|assumed)\.total|energy\.averagePower|topsPerWatt\.\w+|dram\.bandwidth|layers\.\w+\.energy\.total)$/;

/** What {@link ParameterEffect} calls the fields. */
export const effectNames: readonly string[] = fields.map(([name]) => name);

/** What a chip does with a few networks. */
export interface Outcomes {
  /** By network; undefined where it does not fit. */
  readonly reports: Readonly<Record<string, Report | undefined>>;
  /** Anything that changes where the outputs of a simulation do. */
  readonly outputs: string;
}

/**
 * Changes every value of `chip`, one at a time, and compares.
 * @param outcomesOf a CimError means that the chip cannot be so
 * @throws {Error} for a field of the report that has no name here
 */
export async function parameterEffects(
  chip: ChipSpec,
  outcomesOf: (chip: ChipSpec) => Promise<Outcomes>,
): Promise<readonly ParameterEffect[]> {
  const base = leavesOf(await outcomesOf(chip));
  const effects: ParameterEffect[] = [];
  for (const { parameter, value, unit, evidence } of provenanceOf(chip)) {
    const moved = new Set<string>();
    const tried: (number | string)[] = [];
    let refused: string | undefined;
    for (const other of otherValues(chip, parameter, value)) {
      try {
        const changed = setChipValues(chip, [`${parameter}=${other}`]);
        for (const name of differences(base, leavesOf(await outcomesOf(changed)))) moved.add(name);
        tried.push(other);
      } catch (error) {
        if (!(error instanceof CimError)) throw error;
        refused ??= error.what;
      }
    }
    const moves = effectNames.filter((name) => moved.has(name));
    const isRefused = tried.length === 0 ? refused : undefined;
    effects.push({ parameter, value, unit, evidence, tried, moves, refused: isRefused });
  }
  return effects;
}

/** Other values to try: all choices, or half and double; one more and one less where a range is narrow. */
function otherValues(
  chip: ChipSpec,
  parameter: string,
  value: number | string,
): readonly (number | string)[] {
  const { choices, min, max } = permittedValues(chip, parameter);
  if (choices) return choices.filter((choice) => choice !== String(value));
  if (typeof value === 'string') return scaledLists(value);
  const near = value === 0 ? [1, 0.05] : [value * 2, value / 2];
  const isPermitted = (one: number): boolean =>
    one >= (min ?? -Infinity) && one <= (max ?? Infinity);
  const scaled = near.filter(isPermitted);
  return scaled.length > 1 ? scaled : [...scaled, ...[value + 1, value - 1].filter(isPermitted)];
}

/** Numbers with blanks between, all a quarter larger. */
const scaledLists = (text: string): readonly string[] => [
  text
    .split(' ')
    .map((word) => Number(word) * 1.25)
    .join(','),
];

/** Every number and word of the outcomes by its dotted path, behind the network's name; the rows of layers by their name. */
function leavesOf({ reports, outputs }: Outcomes): ReadonlyMap<string, unknown> {
  const leaves = new Map<string, unknown>([['/outputs', outputs]]);
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) {
      leaves.set(path, node);
      return;
    }
    for (const [key, child] of Object.entries(node))
      walk(child, path.endsWith('/') ? `${path}${key}` : `${path}.${key}`);
  };
  for (const [network, report] of Object.entries(reports)) {
    leaves.set(`${network}/fits`, report !== undefined);
    if (!report) continue;
    const { provenance: _, layers, area, ...rest } = report;
    walk(rest, `${network}/`);
    for (const layer of layers) walk(layer, `${network}/layers.${layer.name}`);
    // How an area is known is no area.
    walk(area.total, `${network}/area.total`);
    for (const { part, area: size } of area.parts) walk(size, `${network}/area.${part}`);
  }
  return leaves;
}

function differences(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): readonly string[] {
  const moved = [...before.keys()].filter((path) => before.get(path) !== after.get(path));
  return moved.flatMap((path) => {
    const [network = '', field = ''] = path.split('/');
    // A network that does not fit has no other fields.
    if (field !== 'fits' && after.get(`${network}/fits`) === false) return [];
    return derived.test(field) ? [] : [nameOf(field)];
  });
}

function nameOf(field: string): string {
  const found = fields.find(([, pattern]) => pattern.test(field));
  if (!found) throw new Error(`the field ${field} of a report has no name in parameter-effects.ts`);
  return found[0];
}
