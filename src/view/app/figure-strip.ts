// The headline figures of the run that is shown, always in sight: each with its change against the run before and against
// one that a person has pinned, and with its formula behind it.

import {
  formatCount,
  formatEnergy,
  formatNumber,
  formatRatio,
  formatShare,
} from '../../core/number-text.ts';
import { notSimulated } from '../../report/fact.ts';
import type { Report } from '../../report/report.ts';
import { subjectText } from '../../report/report-words.ts';
import { make, makeButton, setText } from '../ui/make-element.ts';

/** One figure. */
interface Figure {
  readonly label: string;
  /** As `explain` knows it. */
  readonly path: string;
  readonly value: (report: Report) => number | null;
  readonly format: (value: number) => string;
  /** Shares of images differ by points, other figures by a ratio. */
  readonly isShare?: true;
}

const figures: readonly Figure[] = [
  {
    label: 'Accuracy',
    path: 'accuracy.top1',
    value: ({ accuracy }) => accuracy.top1,
    format: formatShare,
    isShare: true,
  },
  {
    label: 'Frames/s',
    path: 'performance.framesPerSecond',
    value: ({ performance }) => performance.framesPerSecond,
    format: formatCount,
  },
  {
    label: 'Energy/frame',
    path: 'energy.total',
    value: ({ energy }) => energy.perFrame.total,
    format: formatEnergy,
  },
  {
    label: 'TOPS/W',
    path: 'topsPerWatt.executed',
    value: ({ topsPerWatt }) => topsPerWatt.executed,
    format: formatNumber,
  },
];

/** What is shown. */
export interface StripData {
  readonly report: Report;
  readonly previous: Report | undefined;
  readonly pinned: Report | undefined;
}

/** The strip. */
export interface FigureStrip {
  /** The figures. */
  readonly element: HTMLElement;
  /** Which run they are of, and whether the form has other settings by now. */
  readonly run: HTMLElement;
  show(data: StripData): void;
  /** Marks the figures as those of other settings than the form has. */
  setStale(isStale: boolean): void;
}

/** Who is told of what. */
export interface StripListeners {
  /** A person asks where a figure comes from. */
  readonly onAsk: (path: string) => void;
  /** A person pins the run that is shown, or takes the pin away. */
  readonly onPin: () => void;
}

/** Makes the strip, which is empty before the first run. */
export function makeFigureStrip({ onAsk, onPin }: StripListeners): FigureStrip {
  const subject = make('p', { class: 'strip-subject', text: 'No run yet' });
  const stale = make('p', { class: 'strip-stale', attributes: { role: 'status' } });
  const cells = figures.map((figure) => makeCell(figure, onAsk));
  const pin = makeButton('Pin', onPin, {
    class: 'mars-button strip-pin',
    attributes: { 'aria-pressed': 'false', title: 'Compare the next runs with this one' },
  });
  pin.disabled = true;
  const element = make(
    'section',
    { class: 'strip', attributes: { 'aria-label': 'Headline figures' } },
    [
      make(
        'ul',
        { class: 'strip-figures' },
        cells.map(({ item }) => item),
      ),
    ],
  );
  return {
    element,
    run: make('div', { class: 'strip-run' }, [subject, stale, pin]),
    show: (data) => {
      setText(subject, subjectText(data.report));
      pin.disabled = false;
      const isPinned = data.pinned !== undefined;
      pin.setAttribute('aria-pressed', String(isPinned));
      setText(pin, isPinned ? 'Unpin' : 'Pin');
      for (const cell of cells) cell.show(data);
    },
    setStale: (isStale) => {
      element.classList.toggle('is-stale', isStale);
      setText(stale, isStale ? 'Settings have changed. Run to update.' : '');
    },
  };
}

function makeCell(
  figure: Figure,
  onAsk: (path: string) => void,
): { readonly item: HTMLElement; show(data: StripData): void } {
  const value = make('span', { class: 'figure-value', text: '…' });
  const change = make('span', { class: 'figure-change' });
  const pinned = make('span', { class: 'figure-change is-pinned' });
  const button = make(
    'button',
    { class: 'figure', attributes: { type: 'button', title: 'Show the formula' } },
    [make('span', { class: 'figure-label', text: figure.label }), value, change, pinned],
  );
  button.disabled = true;
  button.addEventListener('click', () => onAsk(figure.path));
  return {
    item: make('li', {}, [button]),
    show: (data) => {
      button.disabled = false;
      setText(value, textOf(figure, data.report));
      setText(change, changeText(figure, data.report, data.previous, 'before'));
      setText(pinned, changeText(figure, data.report, data.pinned, 'pinned'));
    },
  };
}

function textOf({ value, format }: Figure, report: Report): string {
  const found = value(report);
  return found === null || !Number.isFinite(found) ? notSimulated : format(found);
}

/** Such as `▲ 1.2 × before`; empty where there is nothing to compare with. */
export function changeText(
  figure: Figure,
  report: Report,
  base: Report | undefined,
  name: string,
): string {
  const [now, then] = [figure.value(report), base ? figure.value(base) : null];
  if (base === undefined || now === null || then === null) return '';
  // Of what is shown: nobody can see other differences.
  if (figure.format(now) === figure.format(then)) return `as ${name}`;
  const arrow = now > then ? '▲' : '▼';
  if (figure.isShare) return `${arrow} ${Math.abs(100 * (now - then)).toFixed(2)} points, ${name}`;
  return then > 0 ? `${arrow} ${formatRatio(now / then)} ${name}` : '';
}
