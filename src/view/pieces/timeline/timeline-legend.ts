// The legend of the timeline with the share of each kind of cycles. Its swatches also tell the canvas the colours:
// only elements resolve `light-dark()`.

import { frameShares, type Timeline } from '../../../timeline/timeline.ts';
import { formatShare } from '../../../core/number-text.ts';
import { make } from '../../ui/make-element.ts';
import { shareLabels, shareNames, shownShares } from '../plots/cycles-data.ts';
import type { TimelineColors } from './paint-timeline.ts';

/** The legend, and the colours as they are now. */
export interface TimelineLegend {
  readonly element: HTMLElement;
  update(timeline: Timeline): void;
  colors(): TimelineColors;
}

/** Makes the legend. */
export function drawTimelineLegend(): TimelineLegend {
  const swatch = (color: string): HTMLElement =>
    make('span', { class: `mars-swatch mars-fill-${color}` });
  const swatches = shareNames.map((_, i) => swatch(`series-${i + 1}`));
  const shares = shareNames.map(() => make('span', { class: 'mars-number' }));
  const items = shareNames.map((name, i) =>
    make('li', {}, [swatches[i] ?? '', `${shareLabels[name]} `, shares[i] ?? '']),
  );
  const plain = ['text', 'muted', 'line', 'surface', 'accent'].map((color) => {
    const one = swatch(color);
    one.hidden = true;
    return one;
  });
  const element = make('ul', { class: 'mars-legend', part: 'legend' }, items);
  const holder = make('div', {}, [element, ...plain]);
  const colorOf = (one: HTMLElement | undefined): string =>
    one ? getComputedStyle(one).backgroundColor : 'gray';
  return {
    element: holder,
    update: (timeline) => {
      const sums = frameShares(timeline);
      const total = timeline.cyclesPerFrame;
      const shown = shownShares(timeline);
      shareNames.forEach((name, i) => {
        const target = shares[i];
        if (target) target.textContent = formatShare(total > 0 ? sums[name] / total : null);
        const item = items[i];
        if (item) item.hidden = !shown.includes(name);
      });
    },
    colors: () => {
      const [compute, load, port, drain, pool, wait, dram] = swatches.map(colorOf);
      const [text, muted, line, surface, accent] = plain.map(colorOf);
      const or = (color: string | undefined): string => color ?? 'gray';
      return {
        text: or(text),
        muted: or(muted),
        line: or(line),
        surface: or(surface),
        accent: or(accent),
        port: or(port),
        kinds: {
          compute: or(compute),
          load: or(load),
          drain: or(drain),
          pool: or(pool),
          wait: or(wait),
          dram: or(dram),
          layer: or(line),
          memory: or(line),
          transfer: or(line),
          power: or(line),
        },
      };
    },
  };
}
