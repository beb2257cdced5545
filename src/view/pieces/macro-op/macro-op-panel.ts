// One macro-op as a figure: what the word lines drive, which cells conduct, what the bit lines sum up to, the column
// codes, and how they are shifted and added. One kernel and one input phase at a time.

import type {
  MacroOp,
  MacroOpColumn,
  MacroOpKernel,
  MacroOpRead,
} from '../../../inspect/macro-op.ts';
import { formatWhole } from '../../../core/number-text.ts';
import { adoptStyles, button, make } from '../../ui/dom.ts';
import css from './macro-op-panel.css?inline';
import { shiftText, sumText } from './sum-text.ts';

/** A drawn macro-op. */
export interface MacroOpPanel {
  readonly element: HTMLElement;
  /** Shows an input phase, 0 ... phases - 1. */
  showPhase(phase: number): void;
  /** Shows a kernel of the macro, 0 ... kernels - 1. */
  showKernel(kernel: number): void;
  destroy(): void;
}

/** How a macro-op is shown. */
export interface MacroOpOptions {
  /** Number in its layer of the kernel that is shown first; the macro's first one by default. */
  readonly kernel?: number | undefined;
  /** Told of a kernel that a person chose, by its number in the layer. */
  readonly onKernel?: ((kernel: number) => void) | undefined;
}

/** Draws a macro-op into `parent`, which is in the document. */
export function drawMacroOp(
  parent: HTMLElement,
  op: MacroOp,
  options: MacroOpOptions = {},
): MacroOpPanel {
  let phase = 0;
  let kernel = Math.max(
    0,
    op.kernels.findIndex((one) => one.kernel === options.kernel),
  );
  const figure = make('div', 'macro-op-figure mars-goes-on');
  const sum = make('p', 'macro-op-sum');
  sum.ariaLive = 'polite';
  const kernels = make('div', 'macro-op-kernels mars-goes-on');
  const phases = phaseControl(op, (next) => panel.showPhase(next));
  const element = make(
    'section',
    'macro-op',
    make('h3', '', titleOf(op)),
    make('p', 'macro-op-what', descriptionOf(op)),
    phases.element,
    figure,
    sum,
    kernels,
  );
  const draw = (): void => {
    const shown = op.kernels[kernel];
    if (!shown) return;
    figure.replaceChildren(kernelTable(op, shown, phase));
    sum.textContent = shiftAndAdd(op, shown, phase);
    phases.show(phase);
    for (const [row, chooser] of kernels.querySelectorAll('button').entries())
      chooser.ariaPressed = String(row === kernel);
  };
  const panel: MacroOpPanel = {
    element,
    showPhase: (next) => {
      phase = Math.min(op.phases - 1, Math.max(0, next));
      draw();
    },
    showKernel: (next) => {
      kernel = Math.min(op.kernels.length - 1, Math.max(0, next));
      draw();
    },
    destroy: () => element.remove(),
  };
  kernels.append(
    kernelChoice(op, (place) => {
      panel.showKernel(place);
      const shown = op.kernels[place];
      if (shown) options.onKernel?.(shown.kernel);
    }),
  );
  parent.append(element);
  adoptStyles(element, css);
  draw();
  return panel;
}

const titleOf = (op: MacroOp): string =>
  `Macro-op of ${op.layer} at pixel (${op.y}, ${op.x}), macro ${op.macro} of core ${op.core}`;

function descriptionOf(op: MacroOp): string {
  const group = `Kernel tile ${op.tile}, group ${op.group} in slot ${op.slot}: index code ${op.code}, channel block ${op.block}, kernel position (${op.ky}, ${op.kx}).`;
  const outside = op.outsideMap
    ? ' The pixel lies outside the feature map: nothing is driven.'
    : '';
  const noise = op.noisy
    ? ' The chip has noise, so the ADC sees other sums than the cells make.'
    : '';
  return `${group}${outside}${noise}`;
}

function phaseControl(
  { phases: count, inputBitsPerPhase }: MacroOp,
  show: (phase: number) => void,
): { readonly element: HTMLElement; show(phase: number): void } {
  const range = make('input', '');
  range.type = 'range';
  range.min = '0';
  range.max = String(count - 1);
  range.ariaLabel = 'input phase';
  const text = make('output', '');
  range.addEventListener('input', () => show(range.valueAsNumber));
  const before = button('\u2039', 'phase before', () => show(range.valueAsNumber - 1));
  const next = button('\u203a', 'next phase', () => show(range.valueAsNumber + 1));
  return {
    element: make('div', 'macro-op-phases', before, range, next, text),
    show: (phase) => {
      range.value = String(phase);
      const lowest = phase * inputBitsPerPhase;
      const highest = lowest + inputBitsPerPhase - 1;
      const bits = highest === lowest ? `bit ${lowest}` : `bits ${lowest} to ${highest}`;
      text.textContent = `input phase ${phase + 1} of ${count}: ${bits} of each input`;
      before.disabled = phase === 0;
      next.disabled = phase === count - 1;
    },
  };
}

/** Word lines by bit lines: the sign on the left, as binary numbers are written. */
function kernelTable(op: MacroOp, kernel: MacroOpKernel, phase: number): HTMLTableElement {
  const columns = kernel.columns.toReversed();
  const head = row(
    ...['word line', 'input', 'digit'].map((text) => header(text, 'col')),
    ...columns.map(({ factor }) => header(factorText(factor), 'col')),
  );
  const lines = op.wordLines.map(({ activation, digits }, line) => {
    const digit = digits[phase] ?? 0;
    return row(
      header(String(line), 'row'),
      make('td', '', String(activation)),
      make('td', digit > 0 ? 'macro-op-driven' : 'macro-op-off', String(digit)),
      ...columns.map(({ cells }) => cell(cells[line] ?? 0, digit)),
    );
  });
  const reads = columns.map((column) => readOf(column, phase));
  const caption = make('caption', '', `kernel ${kernel.kernel}, bit lines ${bitLines(columns)}`);
  return make(
    'table',
    '',
    caption,
    make('thead', '', head),
    make('tbody', '', ...lines),
    make('tfoot', '', ...footRows(op, reads)),
  );
}

function footRows(op: MacroOp, reads: readonly MacroOpRead[]): readonly HTMLTableRowElement[] {
  const line = (name: string, values: readonly (Node | string)[]): HTMLTableRowElement => {
    const title = header(name, 'row');
    title.colSpan = 3;
    return row(title, ...values.map((value) => make('td', '', value)));
  };
  const codes = reads.map(({ code, saturated }) => {
    if (!saturated) return String(code);
    const mark = make('strong', 'macro-op-saturated', `${code}!`);
    mark.title = 'saturated: the sum lies outside the codes';
    return mark;
  });
  return [
    line(
      'sum on the bit line',
      reads.map(({ sum }) => formatWhole(sum)),
    ),
    ...(op.noisy
      ? [
          line(
            'the ADC sees',
            reads.map(({ analog }) => sumText(analog)),
          ),
        ]
      : []),
    line('column code', codes),
    line(
      'stands for',
      reads.map(({ value }) => sumText(value)),
    ),
    line(
      'times',
      reads.map(({ shift }) => shiftText(shift)),
    ),
  ];
}

function cell(value: number, digit: number): HTMLElement {
  const conducts = value > 0 && digit > 0;
  const name = conducts ? 'macro-op-conducts' : value > 0 ? 'macro-op-one' : 'macro-op-zero';
  const element = make('td', name, String(value));
  if (conducts) element.title = `conducts ${value * digit}`;
  return element;
}

const readOf = ({ reads }: MacroOpColumn, phase: number): MacroOpRead =>
  reads[phase] ?? { sum: 0, analog: 0, code: 0, level: 0, value: 0, saturated: false, shift: 0 };

/** The phase's codes shifted and added, and the sum so far. */
function shiftAndAdd(op: MacroOp, kernel: MacroOpKernel, phase: number): string {
  const sumOf = (last: number, first = 0): number =>
    kernel.columns
      .flatMap(({ reads }) => reads.slice(first, last + 1))
      .reduce((sum, { shift, level }) => sum + shift * level, 0);
  const ofPhase = kernel.columns
    .toReversed()
    .map((column) => readOf(column, phase))
    .filter(({ level }) => level > 0)
    .map(({ shift, level }) => `${level} \u00d7 ${shiftText(shift)}`);
  const terms = ofPhase.length === 0 ? '0' : ofPhase.join(' + ');
  const last = phase === op.phases - 1;
  const total = `${last ? 'Partial sum of the macro-op' : 'So far'}: ${sumText(sumOf(phase))}`;
  const value = last ? `, which stands for ${sumText(kernel.value)}` : '';
  return `Phase ${phase + 1}: ${terms} = ${sumText(sumOf(phase, phase))}. ${total}${value}.`;
}

/** All kernels of the macro with their partial sums; each can be shown. */
function kernelChoice(op: MacroOp, choose: (place: number) => void): HTMLTableElement {
  const head = row(
    ...['kernel', 'partial sum', 'stands for', 'saturated reads'].map((text) =>
      header(text, 'col'),
    ),
  );
  const rows = op.kernels.map(({ kernel, partialSum, value, columns }, place) => {
    const saturated = columns.flatMap(({ reads }) => reads).filter((read) => read.saturated).length;
    const chooser = button(String(kernel), `show kernel ${kernel}`, () => choose(place));
    const name = header('', 'row');
    name.append(chooser);
    return row(
      name,
      ...[sumText(partialSum), sumText(value), sumText(saturated)].map((text) =>
        make('td', '', text),
      ),
    );
  });
  const caption = make('caption', '', 'Kernels of the macro');
  return make('table', '', caption, make('thead', '', head), make('tbody', '', ...rows));
}

const bitLines = (columns: readonly MacroOpColumn[]): string =>
  `${columns.at(-1)?.bitLine ?? 0} to ${columns[0]?.bitLine ?? 0} (partition ${columns[0]?.partition ?? 0})`;

const row = (...cells: readonly HTMLElement[]): HTMLTableRowElement => make('tr', '', ...cells);

function header(text: string, scope: 'col' | 'row'): HTMLTableCellElement {
  const element = make('th', '', text);
  element.scope = scope;
  return element;
}

/** 2⁷ with its sign, or the number where it is no power of two. */
function factorText(factor: number): string {
  const bit = Math.log2(Math.abs(factor));
  const magnitude = Number.isInteger(bit) ? `2${superscript(bit)}` : String(Math.abs(factor));
  return `${factor < 0 ? '\u2212' : ''}${magnitude}`;
}

const superscript = (value: number): string =>
  '\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077'[value] ?? '';
