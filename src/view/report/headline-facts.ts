// The headline figures of a report, in words.

import { noiseText } from '../../report/noise-text.ts';
import type { Report } from '../../report/report.ts';
import {
  formatCount,
  formatEnergy,
  formatNumber,
  formatRatio,
  formatShare,
  formatWhole,
} from '../format.ts';
import { binomialInterval } from '../plots/binomial-interval.ts';

/** A figure, what it is, and what belongs to it. */
export interface Fact {
  readonly term: string;
  readonly value: string;
  readonly note: string;
}

/**
 * The headline of a report.
 * @param dense report of the same network on a chip that stores all groups, to compare with
 */
export function headlineFacts(report: Report, dense?: Report): readonly Fact[] {
  return [...accuracyFacts(report), ...speedFacts(report, dense), ...runFacts(report)];
}

function accuracyFacts({ accuracy, images, energy }: Report): readonly Fact[] {
  const { top1, quantizedTop1, floatTop1, floatImages, agreement } = accuracy;
  if (energy.activity === 'estimated')
    return [{ term: 'Accuracy', value: 'not simulated', note: 'an estimate runs no images' }];
  const range = top1 === null ? '' : `, 95 % interval ${interval(top1, images)}`;
  const same = agreement === null ? '' : `same class as the chip on ${formatShare(agreement)}`;
  return [
    {
      term: 'Accuracy on the chip',
      value: formatShare(top1),
      note: `${imagesText(images)}${range}`,
    },
    { term: 'In exact integers', value: formatShare(quantizedTop1), note: same },
    {
      term: 'In float',
      value: formatShare(floatTop1),
      note: floatImages === 0 ? 'not run' : `first ${imagesText(floatImages)}, nothing pruned`,
    },
  ];
}

function speedFacts(report: Report, dense: Report | undefined): readonly Fact[] {
  const { performance, energy, topsPerWatt } = report;
  const isAlike = dense?.energy.activity === report.energy.activity;
  const against = (of: (one: Report) => number, needsActivity = true): string => {
    const base = dense ? of(dense) : 0;
    return base > 0 && (isAlike || !needsActivity)
      ? `${formatRatio(of(report) / base)} the dense chip`
      : '';
  };
  const known = (...parts: readonly string[]): string => parts.filter(Boolean).join(', ');
  return [
    {
      term: 'Frames per second',
      value: formatCount(performance.framesPerSecond),
      note: known(
        `${formatWhole(performance.cyclesPerFrame)} cycles each`,
        against((one) => one.performance.framesPerSecond, false),
      ),
    },
    {
      term: 'Energy per frame',
      value: formatEnergy(energy.perFrame.total),
      note: known(
        energy.activity,
        against((one) => one.energy.perFrame.total),
      ),
    },
    {
      term: 'TOPS/W executed',
      value: formatNumber(topsPerWatt.executed),
      note: known(
        'stored groups only',
        energy.activity,
        against((one) => one.topsPerWatt.executed),
      ),
    },
    {
      term: 'TOPS/W dense-equivalent',
      value: formatNumber(topsPerWatt.denseEquivalent),
      note: known(
        'pruned groups counted too',
        energy.activity,
        against((one) => one.topsPerWatt.denseEquivalent),
      ),
    },
  ];
}

function runFacts(report: Report): readonly Fact[] {
  const { compression, noise, seed } = report;
  const { groups, groupsKept, weightBits, activationBits } = compression;
  return [
    {
      term: 'Groups stored',
      value: formatShare(groups === 0 ? null : groupsKept / groups),
      note: `${formatWhole(groupsKept)} of ${formatWhole(groups)}, ${weightBits}-bit weights, ${activationBits}-bit activations`,
    },
    {
      term: 'Noise',
      value: noiseText(noise),
      note: report.energy.activity === 'estimated' ? 'not simulated' : '',
    },
    { term: 'Seed', value: String(seed), note: '' },
  ];
}

const imagesText = (images: number): string =>
  images === 1 ? '1 image' : `${formatWhole(images)} images`;

const interval = (share: number, images: number): string =>
  `${binomialInterval(share, images)
    .map((end) => (100 * end).toFixed(1))
    .join(' to ')} %`;
