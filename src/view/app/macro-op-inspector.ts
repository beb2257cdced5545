// The macro-op of the macro that is chosen in the picture: its controls, and what they mean.

import { CimError } from '../../core/errors.ts';
import { cellPlace } from '../../inspect/cell-place.ts';
import {
  chooseMacroOp,
  computesPixel,
  type MacroOpField,
  middlePixel,
} from '../../inspect/choose-macro-op.ts';
import type { MacroArray } from '../../inspect/macro-array.ts';
import type { MacroOpChoice } from '../../inspect/macro-op.ts';
import { isEstimated } from '../../report/report-words.ts';
import type { ChosenMacro, MacroSelection } from '../pieces/macro-array/macro-array-types.ts';
import { drawMacroOp } from '../pieces/macro-op/macro-op-panel.ts';
import { make, makeButton, setText } from '../ui/make-element.ts';
import { type Field, makeField } from '../ui/field.ts';
import { chooseLayer } from './chosen-layer.ts';
import { lookAt, type LookedAt } from './macro-op-choice.ts';
import type { Shown } from './shown.ts';
import type { TabContent } from '../ui/tabs.ts';

const fieldOf = (name: string, label: string): Field =>
  makeField({ name: `op-${name}`, label, attributes: { min: '0', step: '1' } });

type OpFields = Readonly<Record<MacroOpField, Field>>;
const fieldNames: readonly MacroOpField[] = ['slot', 'image', 'y', 'x'];

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

const typedOf = ({ slot, image, y, x }: OpFields): Readonly<Record<MacroOpField, string>> => ({
  slot: slot.input.value,
  image: image.input.value,
  y: y.input.value,
  x: x.input.value,
});

/** Goes to a pixel that the chosen core computes; stays where it does so already. */
function toPixelOf(fields: OpFields, array: MacroArray, chosen: ChosenMacro): void {
  const { y, x } = fields;
  const at = { y: Number(y.input.value), x: Number(x.input.value) };
  const isChosenOne = y.input.value !== '' && x.input.value !== '';
  if (isChosenOne && computesPixel(array, chosen, at)) return;
  const middle = middlePixel(array, chosen);
  if (!middle) return;
  y.input.value = String(middle.y);
  x.input.value = String(middle.x);
}

const layerOf = (array: MacroArray, chosen: ChosenMacro | undefined): number | undefined =>
  chosen && array.fillings[chosen.filling]?.layer;

/** The kernel of the cell that was pointed at; undefined where no cell was, or no kernel has its bit line. */
function kernelOf(array: MacroArray, { filling, macro, cell }: ChosenMacro): number | undefined {
  const filled = array.fillings[filling];
  const held = filled?.macros.find((one) => one.macro === macro);
  return cell && filled && held ? cellPlace(array, filled, held, cell).kernel : undefined;
}

/** Shows one macro-op of the macro that is chosen. */
export class MacroOpInspector implements TabContent {
  readonly element: HTMLElement;
  readonly #shown: Shown;
  readonly #array: MacroArray;
  /** Marks a macro in the picture. */
  readonly #mark: (chosen: MacroSelection) => void;
  readonly #fields: OpFields = makeOpFields();
  readonly #controls = make('div', { class: 'row' });
  readonly #note = make('p', { class: 'note', attributes: { role: 'status' } });
  readonly #place = make('div');
  #chosen: ChosenMacro | undefined;
  /** Number in its layer of the kernel that is shown; undefined: the first of the macro. */
  #kernel: number | undefined;
  #drawn: TabContent | undefined;
  /** Counts what was asked for: only the newest is shown. */
  #wanted = 0;

  constructor(shown: Shown, array: MacroArray, mark: (chosen: MacroSelection) => void) {
    this.#shown = shown;
    this.#array = array;
    this.#mark = mark;
    for (const name of fieldNames) {
      const { element, input } = this.#fields[name];
      this.#controls.append(element);
      input.addEventListener('change', () => void this.#show());
    }
    const steps = makeButton('Step through it', () =>
      document.querySelector<HTMLElement>('#tab-simulate')?.click(),
    );
    const network = makeButton('Layer in the network', () => {
      const layer = layerOf(this.#array, this.#chosen);
      const name = layer === undefined ? undefined : this.#array.layers[layer]?.name;
      if (name === undefined) return;
      chooseLayer(name);
      shown.go('graph');
    });
    this.#controls.append(steps, network);
    this.element = make('div', {}, [this.#controls, this.#note, this.#place]);
    void this.#show();
  }

  /** Shows what a person looks at in another stage. */
  take({ macro, typed, kernel }: LookedAt): void {
    this.#chosen = { ...macro, cell: undefined };
    this.#kernel = kernel;
    for (const name of fieldNames) this.#fields[name].input.value = typed[name];
    void this.#show();
  }

  /** Takes a macro, or a cell of it: then its slot and its kernel. */
  choose(next: ChosenMacro | undefined): void {
    const before = layerOf(this.#array, this.#chosen);
    this.#chosen = next;
    this.#kernel = next && kernelOf(this.#array, next);
    if (next) {
      if (layerOf(this.#array, next) !== before) this.#fields.y.input.value = '';
      toPixelOf(this.#fields, this.#array, next);
      if (next.cell) {
        const slot = Math.floor(next.cell.row / this.#array.wordLinesOn);
        this.#fields.slot.input.value = String(slot);
      }
    }
    void this.#show();
  }

  destroy(): void {
    this.#wanted++;
    this.#clear('');
  }

  #clear(text: string): void {
    this.#drawn?.destroy();
    this.#drawn = undefined;
    this.#place.replaceChildren();
    setText(this.#note, text);
  }

  async #show(): Promise<void> {
    const mine = ++this.#wanted;
    const { engine, result } = this.#shown;
    const choice = this.#read();
    if (!choice) return;
    try {
      const op = await engine.ask(result.id, 'macroOp', choice);
      if (mine !== this.#wanted) return;
      this.#clear('');
      this.#remember();
      this.#drawn = drawMacroOp(this.#place, op, {
        kernel: this.#kernel,
        onKernel: (kernel) => {
          this.#kernel = kernel;
          this.#remember();
        },
      });
    } catch (error) {
      if (mine === this.#wanted)
        this.#clear(error instanceof CimError ? error.message : String(error));
    }
  }

  /** So that Simulate steps through the same. */
  #remember(): void {
    const macro = this.#chosen;
    if (macro) lookAt({ macro, typed: typedOf(this.#fields), kernel: this.#kernel });
  }

  /** The macro-op that is meant; undefined, and said why, where there is none. */
  #read(): MacroOpChoice | undefined {
    const { report } = this.#shown.result;
    this.#controls.hidden = true;
    if (isEstimated(report)) {
      this.#clear('This was an estimate: no inputs are known. Run one image or more first.');
      return undefined;
    }
    if (!this.#chosen) {
      this.#clear('Choose a macro in the picture to see one of its macro-ops, bit by bit.');
      return undefined;
    }
    const found = chooseMacroOp(this.#array, this.#chosen, typedOf(this.#fields), report.images);
    if (!found) {
      this.#clear('This macro is empty: the kernel tile has no kernels for it.');
      return undefined;
    }
    this.#controls.hidden = false;
    const errors = 'errors' in found ? found.errors : {};
    for (const name of fieldNames) this.#fields[name].showError(errors[name]);
    if ('errors' in found) {
      this.#clear('');
      return undefined;
    }
    // Another core computes that pixel: its macro is the one that is shown, in the picture too.
    if (found.core !== this.#chosen.core) {
      this.#chosen = { ...this.#chosen, core: found.core, cell: undefined };
      this.#mark(this.#chosen);
    }
    return found.choice;
  }
}
