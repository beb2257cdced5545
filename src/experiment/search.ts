// The cheapest chip that keeps an accuracy: candidates in the order of their cost, each on more and more images until it
// is clear that it falls short. decisions/0027-search.md says why.

import { CimError } from '../core/errors.ts';
import { countOf } from '../core/words.ts';
import type { Figure, FigureName } from './figures.ts';
import type { Coordinates } from './point.ts';
import type { ConditionStatistics } from './statistics.ts';

/** A bound of a figure, as estimated. */
export interface Bound {
  readonly figure: FigureName;
  readonly min?: number;
  readonly max?: number;
}

/** What is searched. */
export interface SearchGoal {
  /** The figure to have the best of, among the candidates that keep the accuracy. */
  readonly best: Figure;
  readonly bounds: readonly Bound[];
  /** Min. accuracy on the images. */
  readonly minAccuracy?: number | undefined;
  /** Max. accuracy that the chip may lose against the integer network on the same images. */
  readonly maxLoss?: number | undefined;
  /** Images of each stage, ascending: the last is what the answer rests on. */
  readonly images: readonly number[];
}

/** What became of a candidate. */
export type Verdict = 'failed' | 'outOfBounds' | 'rejected' | 'chosen' | 'notNeeded';

/** A candidate and what became of it. */
export interface Candidate {
  readonly coordinates: Coordinates;
  /** Its estimated value of the figure to have the best of; null where the estimate failed. */
  readonly cost: number | null;
  readonly verdict: Verdict;
  /** Images that the verdict rests on; 0: estimated only. */
  readonly images: number;
  /** On these images, the mean over chip instances; null without images. */
  readonly accuracy: number | null;
  /** Accuracy of the integer network on the same images. */
  readonly quantizedAccuracy: number | null;
  /** Why, in words; empty for the one that is chosen. */
  readonly why: string;
}

/**
 * Measures one condition on the first `images` images, with all its chip instances; 0 images: an estimate.
 * @returns undefined where every chip instance failed
 */
export type Measure = (
  coordinates: Coordinates,
  images: number,
) => Promise<ConditionStatistics | undefined>;

/**
 * Searches the candidates. They are tried from the best cost on (equal costs in the order given), so that none that costs
 * more than the answer is simulated. The same measurements give the same answer.
 * @param candidates conditions, in the order of their plan
 * @returns every candidate, from the best cost on; at most one is `chosen`
 * @throws {CimError} (usage) for a goal without an accuracy, or without images
 */
export async function searchCheapest(
  candidates: readonly Coordinates[],
  goal: SearchGoal,
  measure: Measure,
): Promise<readonly Candidate[]> {
  checkGoal(goal);
  const estimated: Candidate[] = [];
  for (const coordinates of candidates)
    estimated.push(withinBounds(coordinates, await measure(coordinates, 0), goal));
  const sign = goal.best.moreIsBetter === true ? -1 : 1;
  const ordered = estimated.toSorted(
    (a, b) => sign * (a.cost ?? sign * Infinity) - sign * (b.cost ?? sign * Infinity) || 0,
  );
  const found: Candidate[] = [];
  let isFound = false;
  for (const one of ordered) {
    const result: Candidate =
      one.verdict !== 'notNeeded' || isFound ? one : await tried(one, { goal, measure });
    isFound ||= result.verdict === 'chosen';
    found.push(result);
  }
  return found;
}

/** Images of the stages of a search: `first`, four times as many, and so on up to `last`. */
export function searchStages(first: number, last: number): readonly number[] {
  const stages: number[] = [];
  for (let images = first; images < last; images *= 4) stages.push(images);
  return [...stages, last];
}

function checkGoal({ minAccuracy, maxLoss, images }: SearchGoal): void {
  if (minAccuracy === undefined && maxLoss === undefined)
    throw new CimError('usage', {
      what: 'no accuracy is asked for, so the cheapest chip could be a useless one',
      where: 'min-accuracy',
      todo: 'give --min-accuracy 0.85, or --max-loss 0.01 against the integer network',
    });
  if ((images.at(-1) ?? 0) > 0) return;
  throw new CimError('usage', {
    what: 'a search needs images, for an estimate has no accuracy',
    where: 'images',
    todo: 'give --images 1000',
  });
}

/** A candidate by its estimate: `notNeeded` until it is tried. */
function withinBounds(
  coordinates: Coordinates,
  estimate: ConditionStatistics | undefined,
  { best, bounds }: SearchGoal,
): Candidate {
  const none = { coordinates, images: 0, accuracy: null, quantizedAccuracy: null };
  const valueOf = (name: FigureName): number | undefined => estimate?.overChips[name]?.mean;
  const cost = valueOf(best.name);
  if (cost === undefined)
    return { ...none, cost: null, verdict: 'failed', why: 'it cannot be mapped' };
  for (const { figure, min = -Infinity, max = Infinity } of bounds) {
    const value = valueOf(figure) ?? NaN;
    if (value >= min && value <= max) continue;
    const limit = value < min ? `less than ${min}` : `more than ${max}`;
    return { ...none, cost, verdict: 'outOfBounds', why: `${figure} is ${value}, ${limit}` };
  }
  return { ...none, cost, verdict: 'notNeeded', why: 'a better one keeps the accuracy' };
}

/** Tries a candidate on more and more images. */
async function tried(
  candidate: Candidate,
  { goal, measure }: { readonly goal: SearchGoal; readonly measure: Measure },
): Promise<Candidate> {
  let latest = candidate;
  for (const images of goal.images) {
    const statistics = await measure(candidate.coordinates, images);
    const accuracy = statistics?.overChips.accuracy?.mean;
    if (!statistics || accuracy === undefined || statistics.failed > 0)
      return { ...latest, verdict: 'failed', images, why: 'a simulation of it failed' };
    const isLast = images === goal.images.at(-1);
    const why = shortfall(statistics, goal, isLast);
    latest = {
      ...candidate,
      images,
      accuracy,
      quantizedAccuracy: statistics.overChips.quantizedAccuracy?.mean ?? null,
      verdict: why === '' ? 'chosen' : 'rejected',
      why,
    };
    if (why !== '') return latest;
  }
  return latest;
}

/** Quantile of the normal distribution for 95 % on both sides, as in Wilson's interval. */
const z = 1.959963984540054;

/**
 * Why a candidate falls short; empty where it does not. On the last images by its accuracy itself; before, only where the
 * whole 95 % interval over images falls short.
 */
const shortfall = (statistics: ConditionStatistics, goal: SearchGoal, isLast: boolean): string =>
  lowAccuracy(statistics, goal, isLast) || highLoss(statistics, goal, isLast);

function lowAccuracy(
  { overChips, accuracyOverImages, images }: ConditionStatistics,
  { minAccuracy }: SearchGoal,
  isLast: boolean,
): string {
  if (minAccuracy === undefined) return '';
  const accuracy = overChips.accuracy?.mean ?? NaN;
  const reach = isLast ? accuracy : (accuracyOverImages?.interval?.[1] ?? 1);
  if (reach >= minAccuracy) return '';
  const found = `accuracy ${round(accuracy)} on ${countOf(images, 'image')}`;
  return isLast ? found : `${found}, at most ${round(reach)} (95 %)`;
}

function highLoss(
  { overChips: { accuracy, quantizedAccuracy, agreement }, images }: ConditionStatistics,
  { maxLoss }: SearchGoal,
  isLast: boolean,
): string {
  if (maxLoss === undefined) return '';
  const loss = (quantizedAccuracy?.mean ?? NaN) - (accuracy?.mean ?? NaN);
  // Only images whose classes differ can be lost or won: their share bounds the variance of the paired difference.
  const differing = 1 - (agreement?.mean ?? 0);
  const half = z * Math.sqrt(Math.max(0, differing - loss * loss) / images);
  const least = isLast ? loss : loss - half;
  // Shares of images are rounded numbers: a loss of just what is permitted is permitted.
  if (least <= maxLoss + 1e-12) return '';
  const found = `loses ${round(loss)} on ${countOf(images, 'image')}`;
  return isLast ? found : `${found}, at least ${round(least)} (95 %)`;
}

const round = (value: number): number => Number(value.toPrecision(4));
