// The macro array, and under it the macro-op that a person has chosen in it: any image, pixel and slot.

import { CimError } from '../../core/errors.ts';
import type { MacroArray } from '../../inspect/macro-array.ts';
import type { MacroOpChoice } from '../../inspect/macro-op.ts';
import type { ChosenMacro } from '../macro-array/macro-array-types.ts';
import { drawMacroArray } from '../macro-array/macro-array-view.ts';
import { drawMacroOp } from '../macro-array/macro-op-panel.ts';
import type { Report } from '../../report/report.ts';
import { make, setText } from '../make-element.ts';
import { arrayWithErrors } from '../engine/array-with-errors.ts';
import { type Field, makeField } from './field.ts';
import type { Shown } from './result-tabs.ts';
import type { TabContent } from './tabs.ts';

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
    const inspector = makeInspector(shown, array);
    const view = drawMacroArray(panel, array, { onSelect: inspector.choose });
    panel.append(inspector.element);
    parts = [view, inspector];
    const known = await arrayWithErrors(engine, result, array);
    if (known && !isGone) view.update(known);
  };
  draw().catch((error: unknown) => {
    waiting.textContent = error instanceof CimError ? error.message : String(error);
  });
  return {
    destroy: () => {
      isGone = true;
      for (const part of parts) part.destroy();
    },
  };
}

interface Inspector extends TabContent {
  readonly element: HTMLElement;
  readonly choose: (chosen: ChosenMacro | undefined) => void;
}

const layerOf = (array: MacroArray, chosen: ChosenMacro | undefined): string | undefined =>
  chosen && array.layers[array.fillings[chosen.filling]?.layer ?? -1]?.name;

/** Goes to the middle of a layer's output: at its border the first groups lie outside the map and drive nothing. */
function toMiddle(
  { y, x }: { readonly y: Field; readonly x: Field },
  report: Report,
  layer: string | undefined,
): void {
  const shape = report.layers.find(({ name }) => name === layer)?.shape.output;
  const [height = 1, width = 1] = shape?.split('x').map(Number) ?? [];
  y.input.value = String(Math.floor(height / 2));
  x.input.value = String(Math.floor(width / 2));
}

const fieldOf = (name: string, label: string): Field =>
  makeField({ name: `op-${name}`, label, attributes: { min: '0', step: '1' } });

type OpFields = Readonly<Record<'slot' | 'image' | 'y' | 'x', Field>>;

function makeOpFields(): OpFields {
  const fields = {
    slot: fieldOf('slot', 'Slot'),
    image: fieldOf('image', 'Image'),
    y: fieldOf('y', 'Pixel y'),
    x: fieldOf('x', 'Pixel x'),
  };
  for (const { input } of Object.values(fields)) input.value = '0';
  return fields;
}

/** Which macro-op the fields mean, in the macro that is chosen. */
function choiceOf(
  array: MacroArray,
  chosen: ChosenMacro,
  fields: OpFields,
): MacroOpChoice | undefined {
  const filling = array.fillings[chosen.filling];
  const layer = layerOf(array, chosen);
  if (!filling || layer === undefined) return undefined;
  const number = ({ input }: Field): number => Number(input.value);
  return {
    layer,
    tile: filling.tile,
    group: filling.firstGroup + number(fields.slot),
    macro: chosen.macro,
    y: number(fields.y),
    x: number(fields.x),
    image: number(fields.image),
  };
}

/** Shows one macro-op of the macro that is chosen. */
function makeInspector({ engine, result }: Shown, array: MacroArray): Inspector {
  const fields = makeOpFields();
  const note = make('p', { class: 'note', attributes: { role: 'status' } });
  const place = make('div');
  const inputs = Object.values(fields);
  const controls = make(
    'div',
    { class: 'row' },
    inputs.map(({ element }) => element),
  );
  let chosen: ChosenMacro | undefined;
  let drawn: TabContent | undefined;
  let wanted = 0;
  const clear = (text: string): void => {
    drawn?.destroy();
    drawn = undefined;
    place.replaceChildren();
    setText(note, text);
  };
  const show = async (): Promise<void> => {
    const mine = ++wanted;
    const choice = chosen && choiceOf(array, chosen, fields);
    controls.hidden = choice === undefined;
    if (!choice) {
      clear('Choose a macro in the picture to see one of its macro-ops, bit by bit.');
      return;
    }
    try {
      const op = await engine.ask(result.id, 'macroOp', choice);
      if (mine !== wanted) return;
      clear('');
      drawn = drawMacroOp(place, op);
    } catch (error) {
      if (mine === wanted) clear(error instanceof CimError ? error.message : String(error));
    }
  };
  for (const { input } of inputs) input.addEventListener('change', () => void show());
  void show();
  return {
    element: make('div', {}, [controls, note, place]),
    choose: (next) => {
      const before = layerOf(array, chosen);
      chosen = next;
      const layer = layerOf(array, next);
      if (layer !== before) toMiddle(fields, result.report, layer);
      if (next?.cell)
        fields.slot.input.value = String(Math.floor(next.cell.row / array.wordLinesOn));
      void show();
    },
    destroy: () => {
      wanted++;
      clear('');
    },
  };
}
