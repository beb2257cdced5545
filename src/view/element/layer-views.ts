// Views of one layer: its macro-op, the sums on its bit lines, its sparsity pattern; and the graph that it is in.

import { CimError } from '../../core/errors.ts';
import { chooseMacroOp, middlePixel } from '../../inspect/choose-macro-op.ts';
import type { MacroArray } from '../../inspect/macro-array.ts';
import type { MacroOpChoice } from '../../inspect/macro-op.ts';
import { isEstimated } from '../../report/report-words.ts';
import type { Report } from '../../report/report.ts';
import { drawMacroOpSteps } from '../pieces/macro-op/macro-op-steps.ts';
import { drawNetworkGraph } from '../pieces/network-graph/graph-view.ts';
import { columnSumsOf } from '../pieces/plots/column-sums-data.ts';
import { drawColumnSumsPlot } from '../pieces/plots/column-sums-plot.ts';
import { drawGroupPatternPlot } from '../pieces/plots/group-pattern-plot.ts';
import type { View } from './views.ts';

/**
 * The layer that is meant: by default the first with several weight groups.
 * @throws {CimError} (usage) when the network has no such layer in the macros
 */
export function layerNamed({ layers }: Pick<Report, 'layers'>, wanted: string | undefined): string {
  const own = layers.filter(({ groups }) => groups > 0);
  const found =
    wanted === undefined
      ? (own.find(({ groups }) => groups > 1) ?? own[0])
      : own.find(({ name }) => name === wanted);
  if (found) return found.name;
  throw new CimError('usage', {
    what: `there is no layer "${wanted ?? ''}" in the macros`,
    where: 'layer',
    todo: `give one of ${own.map(({ name }) => name).join(', ')}`,
  });
}

function needImages(report: Report, view: string): void {
  if (!isEstimated(report)) return;
  throw new CimError('usage', {
    what: `an estimate knows no inputs, and ${view} shows some`,
    where: 'images',
    todo: 'set images to 1 or more',
  });
}

/** One macro-op of the layer, in the middle of the first image, step by step. */
export const macroOpView: View = async ({ id, report }, engine, layer) => {
  needImages(report, 'macro-op');
  const name = layerNamed(report, layer);
  const array = await engine.ask(id, 'macroArray', undefined);
  const op = await engine.ask(id, 'macroOp', firstOf(array, name, report.images));
  return (parent) => drawMacroOpSteps(parent, op, 0);
};

function firstOf(array: MacroArray, layer: string, images: number): MacroOpChoice {
  const filling = array.fillings.findIndex((one) => array.layers[one.layer]?.name === layer);
  const { macros = [], runs = [] } = array.fillings[filling] ?? {};
  const macro = { filling, core: runs[0]?.core ?? 0, macro: macros[0]?.macro ?? 0 };
  const { y, x } = middlePixel(array, macro) ?? { y: 0, x: 0 };
  const typed = { slot: '0', image: '0', y: String(y), x: String(x) };
  const found = chooseMacroOp(array, macro, typed, images);
  if (found && 'choice' in found) return found.choice;
  throw new CimError('usage', { what: 'no group of it is stored', where: layer });
}

/** The sums on the bit lines of the layer, with the ADC's levels. */
export const sumsView: View = async ({ id, report }, engine, layer) => {
  needImages(report, 'sums');
  const sums = await engine.ask(id, 'columnSums', { layer: layerNamed(report, layer) });
  return (parent) => drawColumnSumsPlot(parent, columnSumsOf(sums));
};

/** Which weight groups of the layer are stored. */
export const sparsityView: View = async ({ id, report }, engine, layer) => {
  const name = layerNamed(report, layer);
  const {
    kernelTiles: tiles,
    blocks,
    positions,
    stored: kept,
  } = await engine.ask(id, 'groupPattern', { layer: name });
  return (parent) => drawGroupPatternPlot(parent, { layer: name, tiles, blocks, positions, kept });
};

/** The graph of the network, with the layer marked. */
export const networkView: View = async ({ id, report }, engine, layer) => {
  const graph = await engine.ask(id, 'networkGraph', undefined);
  return (parent) => {
    const view = drawNetworkGraph(parent, { graph, layers: report.layers }, () => undefined);
    if (layer !== undefined) view.select(layer);
    return view;
  };
};
