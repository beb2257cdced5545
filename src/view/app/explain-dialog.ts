// Where a figure of the report comes from: its formula with names, with numbers, and each number's source.

import { CimError } from '../../core/errors.ts';
import { binomialInterval } from '../../core/accuracy.ts';
import { formatShare, formatWhole, withMinus } from '../../core/number-text.ts';
import type { Report } from '../../report/report.ts';
import type { Explanation } from '../../report/explain/explain.ts';
import { make, makeButton, setText } from '../ui/make-element.ts';
import type { Shown } from './shown.ts';
import { isEstimated } from '../../report/report-words.ts';
import { isFound } from '../../report/explain/found.ts';

/** The run that is asked about. */
export interface Explained {
  readonly engine: Shown['engine'];
  readonly result: Pick<Shown['result'], 'id' | 'report' | 'timeline'>;
}

/**
 * Opens the explanation of a figure over the page; its terms lead on to theirs.
 * @param find gives the run, which may have to be made again first
 */
export function openExplanation(find: () => Promise<Explained>, path: string): void {
  let found: Promise<Explained> | undefined;
  const body = make('div', { class: 'explain-body' });
  const heading = make('h2', { attributes: { id: 'explain-heading', tabindex: '-1' } });
  const close = makeButton('Close', () => dialog.close());
  const dialog = make(
    'dialog',
    { class: 'explain', attributes: { 'aria-labelledby': 'explain-heading' } },
    [make('div', { class: 'explain-head' }, [heading, close]), body],
  );
  const show = async (wanted: string): Promise<void> => {
    setText(heading, wanted);
    body.replaceChildren(make('p', { class: 'note', text: 'Looking it up …' }));
    try {
      body.replaceChildren(
        ...(await explained(await (found ??= find()), wanted, (next) => void show(next))),
      );
    } catch (error) {
      const text = error instanceof CimError ? error.message : String(error);
      body.replaceChildren(make('p', { class: 'status-error', text }));
    }
  };
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog) dialog.close();
  });
  document.querySelector('main')?.append(dialog);
  dialog.showModal();
  void show(path);
}

async function explained(
  { engine, result }: Explained,
  path: string,
  go: (path: string) => void,
): Promise<readonly HTMLElement[]> {
  const { report, timeline } = result;
  if (isFound(path) && isEstimated(report))
    return [make('p', { text: 'Nothing was simulated: set the images to one or more.' })];
  const found = await engine.ask(result.id, 'explain', { path, report, timeline });
  const unit = found.unit === '' ? '' : ` ${found.unit}`;
  return [
    make('p', {
      class: 'explain-value',
      text: path.startsWith('accuracy.')
        ? formatShare(found.value)
        : `${plain(found.value)}${unit}`,
    }),
    make('p', {}, ['= ', make('code', { text: found.formula })]),
    make('p', {}, ['= ', make('code', { text: found.worked })]),
    termTable(found, go),
    ...(path.startsWith('accuracy.') ? [intervalText(found.value, report, path)] : []),
    ...(isFound(path)
      ? []
      : [
          make('p', { class: 'note' }, [
            'On the command line: ',
            make('code', { text: `mars explain ${path}` }),
          ]),
        ]),
  ];
}

function termTable({ terms }: Explanation, go: (path: string) => void): HTMLElement {
  const rows = terms.map(({ name, value, unit, evidence, source }) => {
    const isExplained = source === `mars explain ${name}`;
    const title = isExplained
      ? makeButton(name, () => go(name), { class: 'explain-link' })
      : make('span', { text: name });
    return make('tr', {}, [
      make('th', { attributes: { scope: 'row' } }, [title]),
      make('td', { class: 'mars-number', text: plain(value) }),
      make('td', { text: unit }),
      make('td', { text: evidence ?? '' }),
      make('td', {
        class: 'explain-source',
        text: isExplained ? 'has a formula of its own' : source,
      }),
    ]);
  });
  const head = ['Term', 'Value', 'Unit', 'Evidence', 'Source'].map((text) =>
    make('th', { text, attributes: { scope: 'col' } }),
  );
  return make(
    'div',
    {
      class: 'scroll',
      attributes: { tabindex: '0', role: 'region', 'aria-label': 'Terms of the formula' },
    },
    [
      make('table', { class: 'mars-table' }, [
        make('thead', {}, [make('tr', {}, head)]),
        make('tbody', {}, rows),
      ]),
    ],
  );
}

/** How sure an accuracy is. */
function intervalText(share: number, { images, accuracy }: Report, path: string): HTMLElement {
  const count = path === 'accuracy.floatTop1' ? accuracy.floatImages : images;
  const [low, high] = binomialInterval(share, count) ?? [0, 1];
  return make('p', {
    text: `With so many images, the share of all possible ones lies between ${formatShare(low)} and ${formatShare(high)} with 95 % confidence.`,
  });
}

const plain = (value: number): string =>
  Number.isInteger(value)
    ? formatWhole(value)
    : withMinus(Number(value.toPrecision(6)).toLocaleString('en', { maximumSignificantDigits: 6 }));
