// When each layer of a frame runs, in several reports over one axis, as rows.

import { formatTime } from '../../../core/number-text.ts';
import { cycles, durationOf } from '../../../core/units.ts';
import type { Report } from '../../../report/report.ts';
import type { FigureData } from '../figure/figure-data.ts';

/** A layer's stretch of a frame, nanoseconds. */
export interface LayerStretch {
  readonly layer: string;
  readonly start: number;
  readonly end: number;
}

/** The layers of a frame, one after the other. */
export interface FrameTimes {
  readonly name: string;
  readonly layers: readonly LayerStretch[];
  /** Of the whole frame, nanoseconds. */
  readonly end: number;
}

/** The stretches of a report: layers run one after the other, each as long as its cycles say. */
export function frameTimes(name: string, { layers, provenance }: Report): FrameTimes {
  const megahertz = Number(
    provenance.find(({ parameter }) => parameter === 'clock.frequency')?.value ?? Number.NaN,
  );
  let now = 0;
  const stretches = layers
    .filter((layer) => layer.cycles > 0)
    .map((layer): LayerStretch => {
      const start = now;
      now += durationOf(cycles(layer.cycles), megahertz);
      return { layer: layer.name, start, end: now };
    });
  return { name, layers: stretches, end: now };
}

/** Words and rows of the picture; what differs most is named. */
export function layerTimesData(frames: readonly FrameTimes[]): FigureData {
  const [first, ...others] = frames;
  const length = ({ start, end }: LayerStretch): number => end - start;
  const sentences = others.map((other, i) => {
    const change = other.layers
      .map((own) => {
        const before = first?.layers.find(({ layer }) => layer === own.layer);
        return { layer: own.layer, by: length(own) - (before ? length(before) : 0) };
      })
      .sort((a, b) => Math.abs(b.by) - Math.abs(a.by))[0];
    const most =
      change && Math.abs(change.by) > 0
        ? `; ${change.layer} differs most, by ${formatTime(Math.abs(change.by))} ${change.by > 0 ? 'more' : 'less'}`
        : '';
    return `Frame ${i + 2} takes ${formatTime(other.end)}${most}.`;
  });
  return {
    caption: 'Layers of a frame over time',
    summary: [`Frame 1 takes ${formatTime(first?.end ?? 0)}.`, ...sentences].join(' '),
    table: {
      columns: ['run', 'layer', 'start (µs)', 'end (µs)'],
      rows: frames.flatMap(({ name, layers }) =>
        layers.map(({ layer, start, end }) => [name, layer, start / 1000, end / 1000]),
      ),
    },
  };
}
