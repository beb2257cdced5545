// The macro array, and under it the macro-op that a person has chosen in it: any image, pixel and slot.

import { CimError } from '../../core/errors.ts';
import { arrayWithErrors } from '../engine/array-with-errors.ts';
import type { MacroArrayView } from '../pieces/macro-array/macro-array-types.ts';
import { drawMacroArray } from '../pieces/macro-array/macro-array-view.ts';
import { make, setText } from '../ui/make-element.ts';
import { isEstimated } from '../../report/report-words.ts';
import { chosenLayer, onLayerChosen } from './chosen-layer.ts';
import { lookedAt } from './macro-op-choice.ts';
import { MacroOpInspector } from './macro-op-inspector.ts';
import type { Shown } from './shown.ts';
import type { TabContent } from '../ui/tabs.ts';

/** Draws the panel. */
export function drawArrayPanel(panel: HTMLElement, shown: Shown): TabContent {
  const { engine, result } = shown;
  let isGone = false;
  let parts: readonly TabContent[] = [];
  let stop = (): void => undefined;
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
    const looked = isEstimated(result.report) ? undefined : lookedAt(array, result.report.images);
    if (looked) {
      view.select(looked.looked.macro);
      inspector.take(looked.looked);
    }
    const goTo = (name: string): void => {
      const layer = array.layers.findIndex((one) => one.name === name);
      if (layer >= 0) view.show({ layer });
    };
    goTo(chosenLayer());
    stop = onLayerChosen(goTo);
    const known = await arrayWithErrors(engine, result, array);
    if (known && !isGone) view.update(known);
  };
  draw().catch((error: unknown) => {
    setText(waiting, error instanceof CimError ? error.message : String(error));
  });
  return {
    destroy: () => {
      isGone = true;
      stop();
      for (const part of parts) part.destroy();
    },
  };
}
