// The macro array, and under it the macro-op that a person has chosen in it: any image, pixel and slot.

import { CimError } from '../../core/errors.ts';
import { arrayWithErrors } from '../engine/array-with-errors.ts';
import type { MacroArrayView } from '../pieces/macro-array/macro-array-types.ts';
import { drawMacroArray } from '../pieces/macro-array/macro-array-view.ts';
import { make, setText } from '../ui/make-element.ts';
import { MacroOpInspector } from './macro-op-inspector.ts';
import type { Shown } from './result-tabs.ts';
import type { TabContent } from '../ui/tabs.ts';

/** Draws the panel. */
export function drawArrayPanel(panel: HTMLElement, shown: Shown): TabContent {
  const { engine, result } = shown;
  let isGone = false;
  let parts: readonly TabContent[] = [];
  const waiting = make('p', { class: 'note', text: 'Laying out …' });
  panel.append(waiting);
  const draw = async (): Promise<void> => {
    const array = await engine.ask(result.id, 'macroArray', undefined);
    if (isGone) return;
    waiting.remove();
    const inspector = new MacroOpInspector(shown, array, (chosen) => view.select(chosen));
    const view: MacroArrayView = drawMacroArray(panel, array, {
      onSelect: (chosen) => inspector.choose(chosen),
    });
    panel.append(inspector.element);
    parts = [view, inspector];
    const known = await arrayWithErrors(engine, result, array);
    if (known && !isGone) view.update(known);
  };
  draw().catch((error: unknown) => {
    setText(waiting, error instanceof CimError ? error.message : String(error));
  });
  return {
    destroy: () => {
      isGone = true;
      for (const part of parts) part.destroy();
    },
  };
}
