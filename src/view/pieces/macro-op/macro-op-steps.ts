// One macro-op, step by step: word lines switch on, cells conduct, bit lines add up, the ADC reads, codes are shifted and
// added. With buttons and keys, and a play button; without movement for who wants none.

import type { MacroOp, MacroOpColumn, MacroOpKernel } from '../../../inspect/macro-op.ts';
import { formatWhole } from '../../../core/number-text.ts';
import { adoptStyles, button, make } from '../../ui/dom.ts';
import { makeSvg, setLabel } from '../../ui/make-element.ts';
import { conducts, framesOf, type OpFrame, phaseSteps, stepNames } from './macro-op-frames.ts';
import css from './macro-op-steps.css?inline';
import { shiftText, sumText } from './sum-text.ts';

/** The drawn steps. */
export interface MacroOpSteps {
  readonly element: HTMLElement;
  /** Shows a step, 0 ... count - 1. */
  show(step: number): void;
  destroy(): void;
}

/** How long a step is shown while it plays, ms. */
const stepTime = 1100;

/** Draws the steps of one kernel into `parent`. @param kernel its place among the kernels of the macro */
export function drawMacroOpSteps(parent: HTMLElement, op: MacroOp, kernel: number): MacroOpSteps {
  const frames = framesOf(op, kernel);
  const shown = op.kernels[kernel];
  const text = make('p', 'op-steps-text');
  text.ariaLive = 'polite';
  const picture = shown ? makePicture(op, shown) : undefined;
  const names = phaseSteps.map((step) => ({ step, item: make('li', '', stepNames[step]) }));
  const player = makePlayer(frames.length, (at) => {
    const frame = frames[at];
    if (!frame) return;
    text.textContent = frame.text;
    for (const { step, item } of names) item.classList.toggle('is-now', step === frame.step);
    picture?.show(frame);
  });
  const list = make('ol', 'op-steps-names', ...names.map(({ item }) => item));
  const element = make('section', 'op-steps', player.element, list, text);
  if (picture) element.append(picture.element);
  element.addEventListener('keydown', player.hear);
  parent.append(element);
  adoptStyles(element, css);
  player.go(0);
  return {
    element,
    show: player.go,
    destroy: () => {
      player.pause();
      element.remove();
    },
  };
}

/** Buttons, a slider and keys that go from step to step, and a button that goes on by itself. */
interface Player {
  readonly element: HTMLElement;
  readonly go: (step: number) => void;
  readonly pause: () => void;
  readonly hear: (event: KeyboardEvent) => void;
}

function makePlayer(count: number, show: (step: number) => void): Player {
  let at = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  const range = make('input', '');
  Object.assign(range, { type: 'range', min: '0', max: String(count - 1), ariaLabel: 'step' });
  const showStep = (next: number): void => {
    at = Math.min(count - 1, Math.max(0, next));
    range.value = String(at);
    show(at);
  };
  const pause = (): void => {
    clearInterval(timer);
    timer = undefined;
    play.textContent = '▶ Play';
  };
  const go = (next: number): void => {
    pause();
    showStep(next);
  };
  const toggle = (): void => {
    if (timer !== undefined) return pause();
    if (at === count - 1) showStep(0);
    play.textContent = '❚❚ Pause';
    timer = setInterval(() => {
      showStep(at + 1);
      if (at === count - 1) pause();
    }, stepTime);
  };
  const play = button('▶ Play', 'play or pause', toggle);
  range.addEventListener('input', () => go(range.valueAsNumber));
  const element = make(
    'div',
    'op-steps-controls',
    button('‹', 'step before', () => go(at - 1)),
    play,
    button('›', 'next step', () => go(at + 1)),
    range,
  );
  const hear = (event: KeyboardEvent): void => {
    const move = moves[event.key];
    if (move === undefined || event.target === range) return;
    event.preventDefault();
    go(move === 'start' ? 0 : move === 'end' ? count - 1 : at + move);
  };
  return { element, go, pause, hear };
}

const moves: Readonly<Record<string, number | 'start' | 'end'>> = {
  ArrowRight: 1,
  ArrowLeft: -1,
  Home: 'start',
  End: 'end',
};

const width = 640;
const top = 34;
const cellsLeft = 218;

/** The word lines by the bit lines of one kernel, and what becomes of them below. */
function makePicture(
  op: MacroOp,
  kernel: MacroOpKernel,
): { readonly element: HTMLElement; show(frame: OpFrame): void } {
  const columns = kernel.columns.toReversed();
  const lines = op.wordLines.length;
  const rowHeight = Math.max(5, Math.min(19, 320 / Math.max(1, lines)));
  const columnWidth = Math.min(50, (width - cellsLeft - 10) / Math.max(1, columns.length));
  const bottom = top + lines * rowHeight;
  const height = bottom + 128;
  const svg = makeSvg('svg', {
    class: 'op-steps-svg',
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
  });
  const place = { top, bottom, rowHeight, columnWidth };
  const drawn = {
    lines: op.wordLines.map((_, line) => drawLine(svg, op, line, place)),
    columns: columns.map((column, i) => drawColumn(svg, op, column, { ...place, i })),
  };
  const title = (text: string, y: number): void => {
    svg.append(makeSvg('text', { x: cellsLeft - 12, y, class: 'op-steps-name' }, text));
  };
  svg.append(makeSvg('text', { x: 8, y: 18, class: 'op-steps-head' }, 'inputs, and their bits'));
  title('sum on the bit line', bottom + 26);
  title('code of the ADC', bottom + 52);
  title('times', bottom + 78);
  const accumulator = makeSvg('text', {
    x: cellsLeft + 4,
    y: bottom + 112,
    class: 'op-steps-total',
  });
  title('accumulator', bottom + 112);
  svg.append(accumulator);
  return {
    element: make('div', 'op-steps-picture mars-goes-on', svg as unknown as HTMLElement),
    show: (frame) => {
      setLabel(svg, frame.text);
      for (const line of drawn.lines) line(frame);
      for (const column of drawn.columns) column(frame);
      accumulator.textContent = sumText(frame.accumulated);
      accumulator.classList.toggle('is-now', frame.step === 'add' || frame.step === 'pixel');
    },
  };
}

interface Place {
  readonly top: number;
  readonly bottom: number;
  readonly rowHeight: number;
  readonly columnWidth: number;
}

type Show = (frame: OpFrame) => void;

/** Order of the steps within a phase. */
const orderOf = ({ step }: OpFrame): number =>
  step === 'inputs' ? -1 : step === 'pixel' ? phaseSteps.length : phaseSteps.indexOf(step);

function drawLine(svg: SVGSVGElement, op: MacroOp, line: number, place: Place): Show {
  const y = place.top + (line + 0.5) * place.rowHeight;
  const { activation = 0, digits = [] } = op.wordLines[line] ?? {};
  const wire = makeSvg('line', {
    x1: cellsLeft - 14,
    x2: width - 8,
    y1: y,
    y2: y,
    class: 'op-steps-wire',
  });
  svg.append(wire);
  const isLegible = place.rowHeight >= 11;
  const bits = digits.toReversed().map((digit, i) => {
    const phase = digits.length - 1 - i;
    const text = makeSvg(
      'text',
      { x: 72 + (i * 126) / Math.max(1, digits.length), y: y + 4, class: 'op-steps-bit' },
      String(digit),
    );
    if (isLegible) svg.append(text);
    return { phase, text };
  });
  if (isLegible)
    svg.append(makeSvg('text', { x: 56, y: y + 4, class: 'op-steps-input' }, String(activation)));
  return (frame) => {
    const order = orderOf(frame);
    const isDriven = order >= 0 && order < phaseSteps.length && (digits[frame.phase] ?? 0) > 0;
    wire.classList.toggle('is-on', isDriven);
    for (const { phase, text } of bits)
      text.classList.toggle(
        'is-now',
        order >= 0 && order < phaseSteps.length && phase === frame.phase,
      );
  };
}

function drawColumn(
  svg: SVGSVGElement,
  op: MacroOp,
  { cells, factor, reads }: MacroOpColumn,
  { top: from, bottom, rowHeight, columnWidth, i }: Place & { readonly i: number },
): Show {
  const x = cellsLeft + (i + 0.5) * columnWidth;
  const wire = makeSvg('line', {
    x1: x,
    x2: x,
    y1: from - 6,
    y2: bottom + 8,
    class: 'op-steps-bit-line',
  });
  const text = (y: number, name: string, content = ''): SVGTextElement =>
    makeSvg('text', { x, y, class: `op-steps-value ${name}` }, content);
  const size = Math.max(3, Math.min(15, rowHeight - 3));
  const squares = op.wordLines.map((_, line) => {
    const y = from + (line + 0.5) * rowHeight;
    const holds = (cells[line] ?? 0) > 0;
    return makeSvg('rect', {
      x: x - size / 2,
      y: y - size / 2,
      width: size,
      height: size,
      rx: 2,
      class: holds ? 'op-steps-cell holds' : 'op-steps-cell',
    });
  });
  const [sum, code] = [text(bottom + 26, 'is-sum'), text(bottom + 52, 'is-code')];
  const times = text(bottom + 78, 'is-factor');
  svg.append(wire, ...squares, text(from - 12, 'is-head', formatWhole(factor)), sum, code, times);
  return (frame) => {
    const order = orderOf(frame);
    const isInPhase = order >= 0 && order < phaseSteps.length;
    squares.forEach((square, line) =>
      square.classList.toggle(
        'conducts',
        isInPhase && order >= 1 && conducts(op, cells, line, frame.phase),
      ),
    );
    const read = isInPhase ? reads[frame.phase] : undefined;
    /** Shown once the phase has come to a step. */
    const from = (step: number, content: string): string => (order >= step ? content : '');
    wire.classList.toggle('is-on', order >= 2 && (read?.sum ?? 0) > 0);
    sum.textContent = from(2, read ? formatWhole(read.sum) : '');
    code.textContent = from(3, read ? `${read.code}${read.saturated ? '!' : ''}` : '');
    code.classList.toggle('is-clipped', read?.saturated === true);
    times.textContent = from(4, read ? shiftText(read.shift) : '');
  };
}
