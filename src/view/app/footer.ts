// The foot of the page: what this is and is not, which version, what simulated, and how to cite.

import type { Report } from '../../report/report.ts';
import { isEstimated } from '../../report/report-words.ts';
import { make, setText } from '../ui/make-element.ts';

/** The foot. */
export interface Footer {
  readonly element: HTMLElement;
  /** Says what simulated a run. */
  show(report: Report): void;
}

const { MARS_VERSION, MARS_COMMIT, MARS_REPOSITORY, MARS_DOCS } = import.meta.env;
const paper = 'https://doi.org/10.1109/TCAD.2021.3082107';

/** Makes the foot. */
export function makeFooter(): Footer {
  const adapter = make('span', { class: 'footer-adapter' });
  const link = (text: string, href: string): HTMLElement =>
    make('a', { text, attributes: { href } });
  const version = make('span', {
    class: 'version',
    text: `mars-cim ${MARS_VERSION}${MARS_COMMIT === '' ? '' : `, built from commit ${MARS_COMMIT}`}`,
  });
  const links = [
    ...(MARS_DOCS === '' ? [] : [link('Documentation', MARS_DOCS)]),
    ...(MARS_REPOSITORY === '' ? [] : [link('GitHub', MARS_REPOSITORY)]),
    link('The paper of MARS', paper),
  ];
  return {
    element: make('footer', {}, [
      make('p', {
        text: 'MARS-like, reconstructed: the full text of the paper is not open. Every number of the chip says whether it was read, inferred or assumed, and where it comes from.',
      }),
      make('p', { class: 'footer-line' }, [version, adapter, ...links]),
      makeCite(),
    ]),
    show: (report) => {
      const { backend, adapter: device } = report;
      setText(adapter, isEstimated(report) ? '' : `simulated by ${backend} on ${device}`);
    },
  };
}

function makeCite(): HTMLElement {
  const text = make('pre', { attributes: { tabindex: '0' } });
  const element = make('details', { class: 'cite' }, [
    make('summary', { text: 'How to cite' }),
    text,
  ]);
  element.addEventListener('toggle', () => {
    if (text.textContent !== '') return;
    void import('./cite.ts').then(({ bibtex }) => setText(text, bibtex));
  });
  return element;
}
