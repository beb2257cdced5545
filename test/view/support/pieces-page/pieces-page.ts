// A page with every piece, drawn from `data.json` beside it; `?shadow` draws them inside a shadow root.

import './page.css';
import '../../../../src/view/ui/styles.css';
import piecesCss from '../../../../src/view/ui/styles.css?inline';
import { layerPower } from '../../../../src/report/layer-power.ts';
import { drawColumnSumsPlot } from '../../../../src/view/pieces/plots/column-sums-plot.ts';
import { drawCyclesPlot } from '../../../../src/view/pieces/plots/cycles-plot.ts';
import { drawDensityPlot } from '../../../../tools/density-page/density-plot.ts';
import { drawEnergyPlot } from '../../../../src/view/pieces/plots/energy-plot.ts';
import { drawGroupPatternPlot } from '../../../../src/view/pieces/plots/group-pattern-plot.ts';
import { drawRooflinePlot } from '../../../../src/view/pieces/plots/roofline-plot.ts';
import { drawSweepPlot } from '../../../../src/view/pieces/plots/sweep-plot.ts';
import { drawTrainingPlot } from '../../../../src/view/pieces/plots/training-plot.ts';
import { drawCompareTable } from '../../../../src/view/pieces/tables/compare-table.ts';
import { drawHeadline } from '../../../../src/view/pieces/tables/headline.ts';
import { drawImageList } from '../../../../src/view/pieces/tables/image-list.ts';
import { drawLayerTable } from '../../../../src/view/pieces/tables/layer-table.ts';
import { drawProvenanceTable } from '../../../../src/view/pieces/tables/provenance-table.ts';
import { drawTimelineView } from '../../../../src/view/pieces/timeline/timeline-view.ts';
import type { PiecesData } from './pieces-data.ts';

const data = (await (await fetch('data.json')).json()) as PiecesData;
const main = document.querySelector('main') ?? document.body;
const root = new URLSearchParams(location.search).has('shadow') ? shadowIn(main) : main;

function shadowIn(host: HTMLElement): ParentNode {
  const shadow = host.appendChild(document.createElement('div')).attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(piecesCss);
  shadow.adoptedStyleSheets = [sheet];
  return shadow;
}

/** A place with a name, by which tests and pictures find a piece. */
function place(name: string): HTMLElement {
  const section = document.createElement('section');
  section.id = name;
  const heading = document.createElement('h2');
  heading.textContent = name;
  section.append(heading);
  root.append(section);
  return section;
}

const { small, large, dense, predictions } = data;
drawHeadline(place('headline'), { report: small.report });
drawHeadline(place('headline-large'), { report: large.report, dense });
const pieces = {
  'layer-table': drawLayerTable(place('layer-table'), large.report),
  energy: drawEnergyPlot(place('energy'), large.report),
  cycles: drawCyclesPlot(place('cycles'), large.timeline),
  'column-sums': drawColumnSumsPlot(place('column-sums'), data.columnSums),
  sweep: drawSweepPlot(place('sweep'), data.sweep),
  roofline: drawRooflinePlot(place('roofline'), data.roofline),
  training: drawTrainingPlot(place('training'), data.training),
  density: drawDensityPlot(place('density'), data.density),
  'group-pattern': drawGroupPatternPlot(place('group-pattern'), {
    ...data.pattern,
    kept: Uint8Array.from(data.pattern.kept),
  }),
  timeline: drawTimelineView(place('timeline'), large.timeline, {
    power: layerPower(large.report),
  }),
  images: drawImageList(
    place('images'),
    {
      ...predictions,
      labels: Uint8Array.from(predictions.labels),
      outputs: Int32Array.from(predictions.outputs),
      exact: Int32Array.from(predictions.exact),
      pixels: Uint8Array.from(predictions.pixels),
    },
    { pageSize: 2 },
  ),
  compare: drawCompareTable(place('compare'), [
    { name: 'dense', report: dense },
    { name: 'sparse', report: large.report },
    { name: 'small', report: small.report },
  ]),
  provenance: drawProvenanceTable(place('provenance'), large.report.provenance),
};
Object.assign(globalThis, { pieces, piecesData: data });
document.body.dataset['ready'] = 'yes';
