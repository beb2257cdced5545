// The headline figures of a report: the main ones large, the rest below them in groups.

import { type Fact, factNote, factText, type FactGroup } from '../../../report/fact.ts';
import { headlineFacts } from '../../../report/headline-facts.ts';
import type { Report } from '../../../report/report.ts';
import { subjectText } from '../../../report/report-words.ts';
import { make, type PieceHandle } from '../../ui/make-element.ts';

/** A report, and the dense chip's for comparison. */
export interface HeadlineData {
  readonly report: Report;
  readonly dense?: Report | undefined;
}

/** Draws the headline. */
export function drawHeadline(parent: ParentNode, data: HeadlineData): PieceHandle<HeadlineData> {
  const element = make('div', { class: 'mars-headline', part: 'headline' });
  const show = ({ report, dense }: HeadlineData): void => {
    const groups = headlineFacts(report, dense);
    const main = groups.flatMap(({ facts }) => facts.filter(({ isMain }) => isMain));
    element.replaceChildren(
      make('p', { class: 'mars-note', text: `${subjectText(report)}.` }),
      make('dl', { class: 'mars-facts' }, main.map(drawFact)),
      make('div', { class: 'mars-fact-groups', part: 'fact-groups' }, groups.flatMap(drawGroup)),
    );
  };
  show(data);
  parent.append(element);
  return { element, update: show, destroy: () => element.remove() };
}

/** The facts of a group that are not among the main ones; nothing where there are none. */
function drawGroup({ title, facts }: FactGroup): readonly HTMLElement[] {
  const rest = facts.filter(({ isMain }) => !isMain);
  if (rest.length === 0) return [];
  const name = capital(title);
  return [
    make('div', { class: 'mars-fact-group', attributes: { role: 'group', 'aria-label': name } }, [
      make('p', { class: 'mars-fact-title', text: name, attributes: { 'aria-hidden': 'true' } }),
      make('dl', {}, rest.map(drawFact)),
    ]),
  ];
}

/** A note of so few letters has room between name and value. */
const shortNote = 10;

const drawFact = (fact: Fact): HTMLElement => {
  const note = factNote(fact);
  const isShort = note !== '' && note.length <= shortNote;
  return make('div', { part: 'fact', ...(isShort && { class: 'mars-fact-short' }) }, [
    make('dt', { text: capital(fact.label) }),
    make('dd', {
      class: fact.isWarning ? 'mars-value mars-wrong' : 'mars-value',
      text: factText(fact),
    }),
    ...(note === '' ? [] : [make('dd', { class: 'mars-note', text: note })]),
  ]);
};

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
