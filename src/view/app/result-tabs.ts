// What each tab shows of a run.

import { shapeText } from '../../core/feature-map.ts';
import { toChromeTrace } from '../../timeline/chrome-trace.ts';
import { countOf } from '../../core/words.ts';
import { layerPower } from '../../report/layer-power.ts';
import { reportText, type Report } from '../../report/report.ts';
import { cifar10Classes } from '../../datasets/cifar.ts';
import type { ColumnSums } from '../../inspect/column-sums.ts';
import type { GroupPattern } from '../../inspect/group-pattern.ts';
import type { Engine, RunResult } from '../engine/engine.ts';
import type { UserFiles } from '../engine/user-files.ts';
import { imagesOf, notIncluded } from '../engine/own-file-names.ts';
import { commandLine } from '../../settings/settings-text.ts';
import { saveFile } from '../pieces/figure/save-file.ts';
import { formatShare } from '../../core/number-text.ts';
import { make, makeButton, type PieceHandle } from '../ui/make-element.ts';
import { drawColumnSumsPlot } from '../pieces/plots/column-sums-plot.ts';
import type { ColumnSums as PlottedSums } from '../pieces/plots/column-sums-data.ts';
import { drawCyclesPlot } from '../pieces/plots/cycles-plot.ts';
import { drawEnergyPlot } from '../pieces/plots/energy-plot.ts';
import { drawGroupPatternPlot } from '../pieces/plots/group-pattern-plot.ts';
import { drawHeadline } from '../pieces/tables/headline.ts';
import { drawImageList } from '../pieces/tables/image-list.ts';
import { drawLayerTable } from '../pieces/tables/layer-table.ts';
import { drawProvenanceTable } from '../pieces/tables/provenance-table.ts';
import { drawTimelineView } from '../pieces/timeline/timeline-view.ts';
import { makeField } from '../ui/field.ts';
import type { TabContent } from '../ui/tabs.ts';

type AdcOfSums = PlottedSums['adc'];

/** A run that is shown. */
export interface Shown {
  readonly engine: Engine;
  readonly result: RunResult;
  readonly files: UserFiles;
  /** The same job on a chip that stores every group; undefined where it is that already. */
  readonly dense: Report | undefined;
}

/** Headline figures, where they come from, and what can be taken away. */
export function drawOverview(panel: HTMLElement, { result, dense }: Shown): TabContent {
  const { report, settings, timeline } = result;
  const headline = drawHeadline(panel, { report, dense });
  const trace = (): string =>
    JSON.stringify(toChromeTrace(timeline, { power: layerPower(report) }));
  const command = make('code', { text: commandLine(settings) });
  panel.append(
    make('div', { class: 'row' }, [
      makeButton('report.json', () => saveText('report.json', reportText(report))),
      makeButton('trace.json (Perfetto)', () => saveText('trace.json', trace())),
      makeButton('Copy link', () => void navigator.clipboard.writeText(location.href)),
      makeButton('Copy command', () => void navigator.clipboard.writeText(commandLine(settings))),
    ]),
    make('p', { class: 'note' }, ['The same on the command line: ', command]),
  );
  return headline;
}

/** The layer table and where the cycles of each layer go. */
export const drawLayers = (panel: HTMLElement, { result }: Shown): TabContent =>
  together([drawLayerTable(panel, result.report), drawCyclesPlot(panel, result.timeline)]);

/** The controller's timeline. */
export const drawTimeline = (panel: HTMLElement, { result }: Shown): TabContent =>
  drawTimelineView(panel, result.timeline, { power: layerPower(result.report) });

/** Energy by part and layer. */
export const drawEnergy = (panel: HTMLElement, { result }: Shown): TabContent =>
  drawEnergyPlot(panel, result.report);

/** Where every number of the chip comes from. */
export const drawSources = (panel: HTMLElement, { result }: Shown): TabContent =>
  drawProvenanceTable(panel, result.report.provenance);

/** Each image with what chip and integer network say. */
export function drawImages(panel: HTMLElement, { result }: Shown): TabContent {
  const { predictions, report } = result;
  const classNames = report.dataset.startsWith('cifar10 ') ? cifar10Classes : undefined;
  if (predictions.classes > 0) return drawImageList(panel, predictions, { classNames });
  const { missingImages } = result;
  if (missingImages !== undefined)
    return tell(
      panel,
      `${notIncluded(missingImages)}. Drop ${imagesOf(missingImages)} here, then run again.`,
    );
  return tell(panel, 'This was an estimate. Set the images to one or more to see predictions.');
}

/** Histogram of the sums on the bit lines of a layer, with the ADC's levels. */
export function drawColumnSums(panel: HTMLElement, shown: Shown): TabContent {
  if (shown.result.predictions.classes === 0)
    return tell(panel, 'Sums need activations: set the images to one or more.');
  return perLayer(panel, { shown, name: 'sums-layer' }, async (place, layer) => {
    const found: ColumnSums = await shown.engine.ask(shown.result.id, 'columnSums', { layer });
    const sums = Array.from(found.counts, (count, sum) => ({ sum, count }));
    const plot = drawColumnSumsPlot(place, { sums, adc: adcOf(found) });
    place.append(
      make('p', {
        class: 'note',
        text: `${found.reads.toLocaleString('en')} of ${found.ofReads.toLocaleString('en')} column reads, at ${found.pixels} of ${countOf(found.ofPixels, 'pixel')} of ${found.images} of ${countOf(found.ofImages, 'image')}; ${formatShare(found.saturated / found.reads)} saturated. Inputs as the exact integer network has them, no noise.`,
      }),
    );
    return plot;
  });
}

const adcOf = ({ levels, low, high }: ColumnSums): AdcOfSums => ({
  levels: levels.map(({ value }) => value),
  low,
  high,
});

/** Which weight groups of a layer are stored. */
export const drawSparsity = (panel: HTMLElement, shown: Shown): TabContent =>
  perLayer(panel, { shown, name: 'sparsity-layer' }, async (place, layer) => {
    const found: GroupPattern = await shown.engine.ask(shown.result.id, 'groupPattern', { layer });
    const { kernelTiles: tiles, blocks, positions, stored: kept } = found;
    return drawGroupPatternPlot(place, { layer, tiles, blocks, positions, kept });
  });

/** The layer that a person chose last, in whichever view. */
let lastLayer = '';

/** A choice of layers, and what `draw` makes of the chosen one. */
function perLayer(
  panel: HTMLElement,
  { shown, name: fieldName }: { readonly shown: Shown; readonly name: string },
  draw: (place: HTMLElement, layer: string) => Promise<PieceHandle<never> | TabContent>,
): TabContent {
  const layers = shown.result.report.layers.filter(({ groups }) => groups > 0);
  const field = makeField({
    name: fieldName,
    label: 'Layer',
    choices: layers.map(({ name, shape: { input, output } }) => [
      name,
      `${name} (${shapeText(input)} to ${shapeText(output)})`,
    ]),
  });
  const first = layers.find(({ groups }) => groups > 1) ?? layers[0];
  field.input.value = layers.some(({ name }) => name === lastLayer)
    ? lastLayer
    : (first?.name ?? '');
  const place = make('div');
  let drawn: TabContent | undefined;
  let wanted = 0;
  const show = async (): Promise<void> => {
    const mine = ++wanted;
    drawn?.destroy();
    drawn = undefined;
    place.replaceChildren(make('p', { class: 'note', text: 'Counting …' }));
    const fresh = make('div');
    try {
      const made = await draw(fresh, field.input.value);
      if (mine !== wanted) made.destroy();
      else drawn = made;
    } catch (error) {
      fresh.replaceChildren(make('p', { class: 'status-error', text: String(error) }));
    }
    if (mine === wanted) place.replaceChildren(fresh);
  };
  field.input.addEventListener('change', () => {
    lastLayer = field.input.value;
    void show();
  });
  panel.append(field.element, place);
  void show();
  return {
    destroy: () => {
      wanted++;
      drawn?.destroy();
    },
  };
}

function tell(panel: HTMLElement, text: string): TabContent {
  panel.append(make('p', { class: 'note', text }));
  return { destroy: () => undefined };
}

const saveText = (name: string, text: string): void =>
  saveFile(name, new Blob([text], { type: 'application/json' }));

const together = (parts: readonly TabContent[]): TabContent => ({
  destroy: () => {
    for (const part of parts) part.destroy();
  },
});
