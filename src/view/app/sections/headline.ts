// Headline figures, and what can be taken away.

import { toChromeTrace } from '../../../timeline/chrome-trace.ts';
import { layerPower } from '../../../report/layer-power.ts';
import { reportText } from '../../../report/report.ts';
import { commandLine } from '../../../settings/settings-text.ts';
import { saveFile } from '../../pieces/figure/save-file.ts';
import { drawHeadline } from '../../pieces/tables/headline.ts';
import { make, makeButton } from '../../ui/make-element.ts';
import { makeCopyButton } from '../copy-button.ts';
import type { DrawSection } from '../shown.ts';

/** Draws them. */
export const draw: DrawSection = (place, { result, dense, ask }) => {
  const { report, settings, timeline } = result;
  const headline = drawHeadline(place, { report }, ask);
  void dense.then((found) => {
    if (found) headline.update({ report, dense: found });
  });
  const trace = (): string =>
    JSON.stringify(toChromeTrace(timeline, { power: layerPower(report) }));
  place.append(
    make('div', { class: 'row' }, [
      makeButton('report.json', () => saveText('report.json', reportText(report))),
      makeButton('trace.json (Perfetto)', () => saveText('trace.json', trace())),
      makeCopyButton('Copy link', () => location.href),
      makeCopyButton('Copy command', () => commandLine(settings)),
      makeButton('Print', () => print()),
    ]),
    make('p', { class: 'note' }, [
      'The same on the command line: ',
      make('code', { text: commandLine(settings) }),
    ]),
  );
  return headline;
};

const saveText = (name: string, text: string): void =>
  saveFile(name, new Blob([text], { type: 'application/json' }));
