// The headline figures of a report: the main ones large, the rest below them in groups.

import { type Fact, factNote, factText, type FactGroup } from '../../../report/fact.ts';
import { headlineFacts } from '../../../report/headline-facts.ts';
import type { Report } from '../../../report/report.ts';
import { subjectText } from '../../../report/report-words.ts';
import { type Ask, figureNodes, listenToFigures } from '../../ui/ask.ts';
import { make, type PieceHandle } from '../../ui/make-element.ts';

/** A report, and the dense chip's for comparison. */
export interface HeadlineData {
  readonly report: Report;
  readonly dense?: Report | undefined;
}

/** Draws the headline. @param ask opens the formula of a figure; without it they cannot be asked */
export function drawHeadline(
  parent: ParentNode,
  data: HeadlineData,
  ask?: Ask,
): PieceHandle<HeadlineData> {
  const element = make('div', { class: 'mars-headline', part: 'headline' });
  const refresh = ask && listenToFigures(element, ask);
  const drawOne = (fact: Fact): HTMLElement => drawFact(fact, ask);
  const show = ({ report, dense }: HeadlineData): void => {
    const groups = headlineFacts(report, dense);
    const main = groups.flatMap(({ facts }) => facts.filter(({ isMain }) => isMain));
    element.replaceChildren(
      make('p', { class: 'mars-note', text: `${subjectText(report)}.` }),
      make('dl', { class: 'mars-facts' }, main.map(drawOne)),
      make(
        'div',
        { class: 'mars-fact-groups', part: 'fact-groups' },
        groups.flatMap((group) => drawGroup(group, drawOne)),
      ),
    );
    refresh?.();
  };
  show(data);
  parent.append(element);
  return { element, update: show, destroy: () => element.remove() };
}

/** Draws a list of facts: the main ones large. @param ask as of the headline */
export function drawFacts(
  parent: ParentNode,
  facts: readonly Fact[],
  ask?: Ask,
): Pick<PieceHandle<never>, 'element' | 'destroy'> {
  const main = facts.filter(({ isMain }) => isMain);
  const rest = facts.filter(({ isMain }) => !isMain);
  const element = make('div', { class: 'mars-headline', part: 'headline' }, [
    make(
      'dl',
      { class: 'mars-facts' },
      [...main, ...rest].map((fact) => drawFact(fact, ask)),
    ),
  ]);
  if (ask) listenToFigures(element, ask)();
  parent.append(element);
  return { element, destroy: () => element.remove() };
}

/** The facts of a group that are not among the main ones; nothing where there are none. */
function drawGroup(
  { title, facts }: FactGroup,
  drawOne: (fact: Fact) => HTMLElement,
): readonly HTMLElement[] {
  const rest = facts.filter(({ isMain }) => !isMain);
  if (rest.length === 0) return [];
  const name = capital(title);
  return [
    make('div', { class: 'mars-fact-group', attributes: { role: 'group', 'aria-label': name } }, [
      make('p', { class: 'mars-fact-title', text: name, attributes: { 'aria-hidden': 'true' } }),
      make('dl', {}, rest.map(drawOne)),
    ]),
  ];
}

/** A note of so few letters has room between name and value. */
const shortNote = 10;

const drawFact = (fact: Fact, ask: Ask | undefined): HTMLElement => {
  const note = factNote(fact);
  const isShort = note !== '' && note.length <= shortNote;
  return make('div', { part: 'fact', ...(isShort && { class: 'mars-fact-short' }) }, [
    make('dt', { text: capital(fact.label) }),
    make(
      'dd',
      { class: fact.isWarning ? 'mars-value mars-wrong' : 'mars-value' },
      figureNodes(factText(fact), typeof fact.value === 'number' ? fact.path : undefined, ask),
    ),
    ...(note === '' ? [] : [make('dd', { class: 'mars-note', text: note })]),
  ]);
};

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
