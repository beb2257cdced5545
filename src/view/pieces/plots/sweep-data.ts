// The results of an experiment as captions, sentences and tables.

import type { Drawing } from '../../../experiment/drawing.ts';
import { largest, smallest } from '../../../core/extremes.ts';
import type { Coordinates } from '../../../experiment/point.ts';
import { figureText } from '../../../plots/plot-options.ts';
import type { FigureData } from '../figure/figure-data.ts';
import type { CellValue } from '../figure/csv.ts';
import type { ConditionStatistics } from '../../../experiment/statistics.ts';

/** A plot of an experiment, and what its intervals over images come from. */
export interface SweepPicture {
  readonly drawing: Drawing;
  readonly statistics: readonly ConditionStatistics[];
}

/** 95 % interval of an accuracy over images at a condition. */
export interface ImageInterval {
  readonly coordinates: Coordinates;
  readonly low: number;
  readonly high: number;
}

/** Intervals over images: of curves of the accuracy alone. */
export const imageIntervals = ({ drawing, statistics }: SweepPicture): readonly ImageInterval[] =>
  drawing.kind !== 'curves' || drawing.y.name !== 'accuracy'
    ? []
    : statistics.flatMap(({ coordinates, accuracyOverImages }) => {
        const interval = accuracyOverImages?.interval;
        return interval ? [{ coordinates, low: interval[0], high: interval[1] }] : [];
      });

/** Words and rows of a plot of an experiment. */
export function sweepData(picture: SweepPicture): FigureData {
  const { drawing } = picture;
  switch (drawing.kind) {
    case 'curves':
      return curvesData(drawing, imageIntervals(picture));
    case 'heatmap':
      return {
        caption: `${drawing.y.label} by ${drawing.x} and ${drawing.row}`,
        summary: `Heat map of ${drawing.y.label} by ${drawing.x} and ${drawing.row}: ${rangeText(drawing)}.`,
        table: valueTable(drawing),
      };
    case 'pareto': {
      const { x, y, points } = drawing;
      const front = points.filter(({ isOnFront }) => isOnFront).length;
      return {
        caption: `${y.label} against ${x.label}; on the front is what no other condition beats in both`,
        summary: `${y.label} against ${x.label}: ${front} of ${points.length} conditions are on the Pareto front.`,
        table: {
          columns: [...pathsOf(points), x.label, y.label, 'on the front'],
          rows: points.map((one) => [
            ...cellsOf(points, one.coordinates),
            one.x,
            one.y,
            one.isOnFront ? 'yes' : 'no',
          ]),
        },
      };
    }
    case 'tornado':
    default: {
      const { y, tornado } = drawing;
      const [first] = tornado.swings;
      const center = figureText(y, tornado.center.value);
      return {
        caption: `What each axis does to ${y.label} while the others stay; the line: ${center}`,
        summary: `Tornado of ${y.label} around ${center}: ${first ? `${first.path} moves it most` : 'no axis has two values there'}.`,
        table: {
          columns: ['axis', 'lowest at', y.label, 'highest at', y.label],
          rows: tornado.swings.map(({ path, low, high }) => [
            path,
            low.at,
            low.value,
            high.at,
            high.value,
          ]),
        },
      };
    }
  }
}

type Of<Kind extends Drawing['kind']> = Extract<Drawing, { readonly kind: Kind }>;

function curvesData(drawing: Of<'curves'>, images: readonly ImageInterval[]): FigureData {
  const { x, y, points } = drawing;
  const bands = points.some(({ low, high }) => low < high)
    ? '; bands: 95 % over chip instances (Student t)'
    : '';
  const whiskers = images.length > 0 ? '; whiskers: 95 % over the images (Wilson)' : '';
  return {
    caption: `${y.label} against ${x}${bands}${whiskers}`,
    summary: `${y.label} against ${x}: ${rangeText(drawing)}.`,
    table: valueTable(drawing),
  };
}

/** The lowest and highest value, and where they are. */
function rangeText({ y, points }: Of<'curves' | 'heatmap'>): string {
  const values = points.map(({ value }) => value);
  const at = (value: number): string => {
    const found = points.find((one) => one.value === value);
    const place = Object.entries(found?.coordinates ?? {}).map(([path, one]) => `${path} ${one}`);
    return `${figureText(y, value)} at ${place.join(', ')}`;
  };
  return `from ${at(smallest(values))} to ${at(largest(values))}`;
}

const valueTable = ({ y, points }: Of<'curves' | 'heatmap'>): FigureData['table'] => ({
  columns: [...pathsOf(points), y.label, '95 % over chips from', 'to'],
  rows: points.map(({ coordinates, value, low, high }) => [
    ...cellsOf(points, coordinates),
    value,
    ...(low < high ? [low, high] : [null, null]),
  ]),
});

interface Placed {
  readonly coordinates: Coordinates;
}

const pathsOf = (points: readonly Placed[]): readonly string[] => [
  ...new Set(points.flatMap(({ coordinates }) => Object.keys(coordinates))),
];

const cellsOf = (points: readonly Placed[], coordinates: Coordinates): readonly CellValue[] =>
  pathsOf(points).map((path) => coordinates[path] ?? null);
