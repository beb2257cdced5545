// A choice of layers, and what is drawn of the chosen one.

import { shapeText } from '../../core/feature-map.ts';
import { withTimes } from '../../core/number-text.ts';
import { makeField } from '../ui/field.ts';
import { make } from '../ui/make-element.ts';
import type { TabContent } from '../ui/tabs.ts';
import { chooseLayer, chosenLayer, onLayerChosen } from './chosen-layer.ts';
import type { Shown } from './shown.ts';

/** Draws the choice, and with `draw` what belongs to the chosen layer. */
export function perLayer(
  panel: HTMLElement,
  { shown, name: fieldName }: { readonly shown: Shown; readonly name: string },
  draw: (place: HTMLElement, layer: string) => Promise<TabContent>,
): TabContent {
  const layers = shown.result.report.layers.filter(({ groups }) => groups > 0);
  const field = makeField({
    name: fieldName,
    label: 'Layer',
    choices: layers.map(({ name, shape: { input, output } }) => [
      name,
      `${name} (${withTimes(shapeText(input))} to ${withTimes(shapeText(output))})`,
    ]),
  });
  const first = layers.find(({ groups }) => groups > 1) ?? layers[0];
  const has = (layer: string): boolean => layers.some(({ name }) => name === layer);
  field.input.value = has(chosenLayer()) ? chosenLayer() : (first?.name ?? '');
  const place = make('div');
  let drawn: TabContent | undefined;
  let wanted = 0;
  const show = async (): Promise<void> => {
    const mine = ++wanted;
    drawn?.destroy();
    drawn = undefined;
    place.replaceChildren(make('p', { class: 'note', text: 'Counting …' }));
    const fresh = make('div');
    try {
      const made = await draw(fresh, field.input.value);
      if (mine !== wanted) made.destroy();
      else drawn = made;
    } catch (error) {
      fresh.replaceChildren(make('p', { class: 'status-error', text: String(error) }));
    }
    if (mine === wanted) place.replaceChildren(fresh);
  };
  field.input.addEventListener('change', () => chooseLayer(field.input.value));
  const stop = onLayerChosen((layer) => {
    if (!has(layer)) return;
    field.input.value = layer;
    void show();
  });
  panel.append(field.element, place);
  void show();
  return {
    destroy: () => {
      stop();
      wanted++;
      drawn?.destroy();
    },
  };
}
