// Draws the names at the edges of a macro, and the frame of the chosen cell, over the picture.

import { make } from '../../ui/dom.ts';
import { setText } from '../../ui/make-element.ts';
import type { CellAt } from './describe-macro.ts';
import { cellRect, type Looked, namePlaces } from './name-places.ts';

/** Names of one picture. */
export interface Names {
  readonly element: HTMLElement;
  /** @param number macro whose rows and bit lines are named; @param cell the chosen one, in `chosen` */
  move(looked: Looked, number: number, chosen: number, cell: CellAt | undefined): void;
}

/** Makes them. */
export function makeNames(): Names {
  const frame = make('div', 'macro-array-cell');
  frame.hidden = true;
  const element = make('div', 'macro-array-names', frame);
  // The line above the picture says the same in words.
  element.ariaHidden = 'true';
  const spans: HTMLElement[] = [];
  return {
    element,
    move: (looked, number, chosen, cell) => {
      const places = namePlaces(looked, number);
      while (spans.length < places.length) {
        const span = make('span', '');
        spans.push(span);
        element.append(span);
      }
      spans.forEach((span, i) => {
        const place = places[i];
        span.hidden = !place;
        if (!place) return;
        const { text, x, y, along } = place;
        if (span.textContent !== text) setText(span, text);
        const own = along === 'row' ? 'translate(-100%, -50%)' : 'translate(-50%, -100%)';
        span.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px) ${own}`;
      });
      const rect = cell && cellRect(looked, chosen, cell);
      frame.hidden = !rect || rect.height < 2;
      if (!rect) return;
      frame.style.transform = `translate(${rect.x}px, ${rect.y}px)`;
      frame.style.width = `${rect.width}px`;
      frame.style.height = `${rect.height}px`;
    },
  };
}
