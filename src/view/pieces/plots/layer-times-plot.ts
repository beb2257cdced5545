// The frames of several reports, one below the other on one axis of time; lines lead from each layer to the same layer below.

import { largest } from '../../../core/extremes.ts';
import { formatTime } from '../../../core/number-text.ts';
import { shownText } from '../../../core/shown-text.ts';
import { makeSvg, type PieceHandle } from '../../ui/make-element.ts';
import { drawFigure } from '../figure/figure.ts';
import { textWidth } from '../figure/legend-layout.ts';
import { tickTimes, ticksOf } from '../timeline/view-range.ts';
import { type FrameTimes, layerTimesData, type LayerStretch } from './layer-times.ts';

const lane = { height: 26, gap: 34 } as const;
const left = 24;
const right = 12;
const axisHeight = 28;

/** Draws the frames. */
export const drawLayerTimes = (
  parent: ParentNode,
  frames: readonly FrameTimes[],
): PieceHandle<readonly FrameTimes[]> =>
  drawFigure(
    parent,
    {
      name: 'layer-times',
      describe: layerTimesData,
      draw: drawFrames,
      height: heightOf,
    },
    frames,
  );

const heightOf = ({ length }: readonly FrameTimes[]): number =>
  length * lane.height + (length - 1) * lane.gap + axisHeight;

function drawFrames(frames: readonly FrameTimes[], width: number): SVGSVGElement {
  const height = heightOf(frames);
  const svg = makeSvg('svg', {
    class: 'mars-plot',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
  });
  const end = Math.max(1, largest(frames.map((frame) => frame.end)));
  const x = (time: number): number => left + ((width - left - right) * time) / end;
  svg.append(...drawAxis(end, { x, width, height }));
  const layers = [...new Set(frames.flatMap((frame) => frame.layers.map(({ layer }) => layer)))];
  const colorOf = (layer: string): string =>
    `var(--mars-series-${(layers.indexOf(layer) % 2) + 1})`;
  frames.forEach((frame, i) => {
    const top = i * (lane.height + lane.gap);
    svg.append(
      makeSvg('text', { x: 4, y: top + 17, fill: 'var(--mars-text)' }, String(i + 1)),
      ...frame.layers.flatMap((one) => drawStretch(one, { x, top, color: colorOf(one.layer) })),
    );
    const below = frames[i + 1];
    if (below) svg.append(...drawLinks(frame, below, { x, top: top + lane.height }));
  });
  return svg;
}

type ToPixel = (time: number) => number;

function drawStretch(
  { layer, start, end }: LayerStretch,
  { x, top, color }: { readonly x: ToPixel; readonly top: number; readonly color: string },
): readonly SVGElement[] {
  const width = Math.max(0.5, x(end) - x(start) - 1);
  const bar = makeSvg('rect', { x: x(start), y: top, width, height: lane.height, fill: color });
  bar.append(makeSvg('title', {}, `${layer}: ${formatTime(end - start)}`));
  const name = shownText(layer);
  if (textWidth(name) + 8 > width) return [bar];
  const text = { x: x(start) + 4, y: top + 17, fill: 'var(--mars-surface)' };
  return [bar, makeSvg('text', { ...text, 'pointer-events': 'none' }, name)];
}

/** From the end of each layer to the end of the same one below. */
const drawLinks = (
  above: FrameTimes,
  below: FrameTimes,
  { x, top }: { readonly x: ToPixel; readonly top: number },
): readonly SVGElement[] =>
  above.layers.flatMap(({ layer, end }) => {
    const same = below.layers.find((one) => one.layer === layer);
    if (!same) return [];
    const ends = { x1: x(end), y1: top, x2: x(same.end), y2: top + lane.gap };
    return [makeSvg('line', { ...ends, stroke: 'var(--mars-muted)' })];
  });

function drawAxis(
  end: number,
  { x, width, height }: { readonly x: ToPixel; readonly width: number; readonly height: number },
): readonly SVGElement[] {
  const ticks = ticksOf({ from: 0, to: end }, width - left - right, 90);
  const texts = tickTimes(ticks);
  return ticks.flatMap((tick, i) => [
    makeSvg('line', {
      x1: x(tick),
      x2: x(tick),
      y1: 0,
      y2: height - axisHeight + 6,
      stroke: 'var(--mars-line)',
    }),
    makeSvg(
      'text',
      {
        x: Math.min(x(tick), width - 4),
        y: height - 8,
        fill: 'var(--mars-muted)',
        'text-anchor': i === 0 ? 'start' : x(tick) > width - 40 ? 'end' : 'middle',
      },
      texts[i] ?? '',
    ),
  ]);
}
