// The headline figures of a report.

import type { Report } from '../../report/report.ts';
import { make, type PieceHandle } from '../make-element.ts';
import { type Fact, headlineFacts } from './headline-facts.ts';

/** A report, and the dense chip's for comparison. */
export interface HeadlineData {
  readonly report: Report;
  readonly dense?: Report | undefined;
}

/** Draws the headline. */
export function drawHeadline(parent: ParentNode, data: HeadlineData): PieceHandle<HeadlineData> {
  const element = make('div', { class: 'mars-headline', part: 'headline' });
  const show = ({ report, dense }: HeadlineData): void => {
    const list = make('dl', { class: 'mars-facts' }, headlineFacts(report, dense).map(drawFact));
    element.replaceChildren(make('p', { class: 'mars-note', text: subject(report) }), list);
  };
  show(data);
  parent.append(element);
  return { element, update: show, destroy: () => element.remove() };
}

const drawFact = ({ term, value, note }: Fact): HTMLElement =>
  make('div', { part: 'fact' }, [
    make('dt', { text: term }),
    make('dd', { class: 'mars-value', text: value }),
    ...(note === '' ? [] : [make('dd', { class: 'mars-note', text: note })]),
  ]);

/** What was run on what. */
function subject({ network, chip, dataset, adapter, images, energy }: Report): string {
  const what = `${network} on ${chip}`;
  if (images === 0) return `${what}, estimated from the mapping: no images were simulated`;
  return `${what}, ${dataset}, ${energy.activity} on ${adapter}`;
}
