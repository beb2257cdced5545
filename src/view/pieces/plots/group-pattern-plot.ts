// The sparsity pattern of a layer: one path for the stored groups, one for the pruned ones.

import { drawFigure } from '../figure/figure.ts';
import { drawLegend } from '../figure/legend.ts';
import type { LegendItem } from '../figure/legend-layout.ts';
import { makeSvg, type PieceHandle } from '../../ui/make-element.ts';
import { legendHeight, seriesColor } from './base-plot.ts';
import {
  cellRuns,
  type CellRun,
  cellWords,
  codesOf,
  type GroupPattern,
  groupPatternData,
} from './group-pattern-data.ts';

const prunedColor = 'var(--mars-line)';
const legend: readonly LegendItem[] = [
  { label: 'stored', color: seriesColor(0) },
  { label: 'pruned', color: prunedColor },
];
const marginLeft = 44;
const marginRight = 6;
/** For the axis and the line that tells which cell the pointer is on. */
const marginBottom = 52;

/** Where cells lie in the picture. */
interface CellGrid {
  readonly left: number;
  readonly top: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
}

/** Draws the pattern; pointer and arrow keys tell the index code of a cell. */
export const drawGroupPatternPlot = (
  parent: ParentNode,
  pattern: GroupPattern,
): PieceHandle<GroupPattern> =>
  drawFigure(
    parent,
    { name: 'weight-groups', describe: groupPatternData, draw: drawPattern, height: heightOf },
    pattern,
  );

const heightOf = (pattern: GroupPattern, width: number): number =>
  legendHeight(legend, width) + pattern.tiles * gridOf(pattern, width).cellHeight + marginBottom;

function gridOf(pattern: GroupPattern, width: number): CellGrid {
  const cellWidth = Math.min(
    24,
    (width - marginLeft - marginRight) / Math.max(1, codesOf(pattern)),
  );
  return {
    left: marginLeft,
    top: legendHeight(legend, width),
    cellWidth,
    cellHeight: Math.max(4, Math.min(18, 320 / Math.max(1, pattern.tiles))),
  };
}

function drawPattern(pattern: GroupPattern, width: number): SVGSVGElement {
  const grid = gridOf(pattern, width);
  const height = heightOf(pattern, width);
  const svg = makeSvg('svg', {
    class: 'mars-plot mars-pattern',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    tabindex: 0,
  });
  const path = (runs: readonly CellRun[], fill: string): SVGPathElement =>
    makeSvg('path', {
      d: runs.map((run) => runPath(run, grid)).join(''),
      fill,
      'shape-rendering': 'crispEdges',
    });
  svg.append(
    drawLegend(legend, 4, width - 8),
    path(cellRuns(pattern, false), prunedColor),
    path(cellRuns(pattern, true), seriesColor(0)),
    ...drawAxes(pattern, grid),
    ...drawCursor(svg, pattern, grid),
  );
  return svg;
}

function runPath({ tile, firstCode, cells }: CellRun, grid: CellGrid): string {
  const round = (value: number): number => Math.round(value * 100) / 100;
  const y = round(grid.top + tile * grid.cellHeight);
  const rect = (from: number, width: number): string =>
    `M${round(grid.left + from)} ${y}h${round(width)}v${round(grid.cellHeight - (grid.cellHeight > 5 ? 1 : 0))}h${round(-width)}z`;
  // Cells that are wide enough stand apart, so that they can be counted.
  if (grid.cellWidth < 6) return rect(firstCode * grid.cellWidth, cells * grid.cellWidth);
  return Array.from({ length: cells }, (_, cell) =>
    rect((firstCode + cell) * grid.cellWidth, grid.cellWidth - 1),
  ).join('');
}

function drawAxes(pattern: GroupPattern, grid: CellGrid): readonly SVGElement[] {
  const { tiles, blocks, positions } = pattern;
  const bottom = grid.top + tiles * grid.cellHeight;
  const text = { fill: 'var(--mars-muted)' };
  const tileStep = Math.ceil(14 / grid.cellHeight);
  const blockWidth = positions * grid.cellWidth;
  const blockStep = Math.ceil(28 / blockWidth);
  const every = (count: number, step: number): number[] =>
    Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
  return [
    ...every(tiles, tileStep).map((tile) =>
      makeSvg(
        'text',
        {
          ...text,
          x: grid.left - 6,
          y: grid.top + (tile + 0.5) * grid.cellHeight,
          dy: '0.32em',
          'text-anchor': 'end',
        },
        String(tile),
      ),
    ),
    ...every(blocks, blockStep).flatMap((block) => {
      const x = grid.left + block * blockWidth;
      return [
        makeSvg('line', { x1: x, x2: x, y1: bottom, y2: bottom + 5, stroke: 'var(--mars-muted)' }),
        makeSvg('text', { ...text, x, y: bottom + 17, 'text-anchor': 'start' }, String(block)),
      ];
    }),
    makeSvg(
      'text',
      { ...text, x: grid.left, y: bottom + 32, 'text-anchor': 'start' },
      'channel block',
    ),
  ];
}

/** The line that tells the cell, and the frame around it; neither is part of a saved picture. */
function drawCursor(
  svg: SVGSVGElement,
  pattern: GroupPattern,
  grid: CellGrid,
): readonly SVGElement[] {
  const [codes, { tiles }] = [codesOf(pattern), pattern];
  const words = makeSvg('text', {
    x: 4,
    y: grid.top + tiles * grid.cellHeight + 48,
    'text-anchor': 'start',
    fill: 'var(--mars-text)',
    'data-passing': '',
  });
  const frame = makeSvg('rect', {
    width: grid.cellWidth,
    height: grid.cellHeight,
    fill: 'none',
    stroke: 'var(--mars-text)',
    visibility: 'hidden',
    'data-passing': '',
  });
  let at = { tile: 0, code: -1 };
  const show = (tile: number, code: number): void => {
    if (tile < 0 || tile >= tiles || code < 0 || code >= codes) return;
    at = { tile, code };
    words.textContent = cellWords(pattern, tile, code);
    frame.setAttribute('x', String(grid.left + code * grid.cellWidth));
    frame.setAttribute('y', String(grid.top + tile * grid.cellHeight));
    frame.setAttribute('visibility', 'visible');
  };
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect();
    const x = event.clientX - box.left - grid.left;
    const y = event.clientY - box.top - grid.top;
    show(Math.floor(y / grid.cellHeight), Math.floor(x / grid.cellWidth));
  });
  svg.addEventListener('keydown', (event) => {
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    show(at.tile + move[1], Math.max(0, at.code + move[0]));
    svg.setAttribute('aria-label', words.textContent ?? '');
  });
  return [words, frame];
}

const moves: Readonly<Record<string, readonly [codes: number, tiles: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
