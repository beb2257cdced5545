// A macro-op as a row of steps, each with what is known by then, in words and numbers.

import { countOf } from '../../../core/words.ts';
import type { MacroOp, MacroOpKernel, MacroOpRead } from '../../../inspect/macro-op.ts';
import { sumText } from './sum-text.ts';

/** What happens in a step, in the order in which it does in every input phase. */
export const phaseSteps = ['drive', 'conduct', 'sum', 'convert', 'add'] as const;
/** Before the first phase, one of a phase, or after the last. */
export type OpStep = 'inputs' | (typeof phaseSteps)[number] | 'pixel';

/** One step. */
export interface OpFrame {
  readonly step: OpStep;
  /** Of the step; before the first it is 0, after the last it is the last. */
  readonly phase: number;
  /** What happens, in a sentence or two. */
  readonly text: string;
  /** What the accumulator holds after it, in levels of the ADC. */
  readonly accumulated: number;
}

/** Names of the steps as a person reads them. */
export const stepNames: Readonly<Record<OpStep, string>> = {
  inputs: 'Inputs',
  drive: 'Word lines switch on',
  conduct: 'Cells conduct',
  sum: 'Bit lines add up',
  convert: 'The ADC reads',
  add: 'Shift and add',
  pixel: 'Partial sum',
};

/** The steps of one kernel of a macro-op. @param kernel its place among the kernels of the macro */
export function framesOf(op: MacroOp, kernel: number): readonly OpFrame[] {
  const shown = op.kernels[kernel];
  if (!shown) return [];
  const frames: OpFrame[] = [frameOf('inputs', 0, inputsText(op, shown), 0)];
  let accumulated = 0;
  for (let phase = 0; phase < op.phases; phase++)
    for (const step of phaseSteps) {
      if (step === 'add') accumulated += phaseSum(shown, phase);
      frames.push(
        frameOf(step, phase, textOf(op, shown, { step, phase, accumulated }), accumulated),
      );
    }
  frames.push(frameOf('pixel', op.phases - 1, pixelText(op, shown), accumulated));
  return frames;
}

const frameOf = (step: OpStep, phase: number, text: string, accumulated: number): OpFrame => ({
  step,
  phase,
  text,
  accumulated,
});

/** Whether a cell takes part in a phase: its word line drives something and it holds something. */
export const conducts = (op: MacroOp, cells: Uint8Array, line: number, phase: number): boolean =>
  (op.wordLines[line]?.digits[phase] ?? 0) > 0 && (cells[line] ?? 0) > 0;

const readsOf = (kernel: MacroOpKernel, phase: number): readonly MacroOpRead[] =>
  kernel.columns.flatMap(({ reads }) => reads[phase] ?? []);

/** What a phase adds to the accumulator. */
const phaseSum = (kernel: MacroOpKernel, phase: number): number =>
  readsOf(kernel, phase).reduce((sum, { shift, level }) => sum + shift * level, 0);

function inputsText(op: MacroOp, { kernel, columns }: MacroOpKernel): string {
  const outside = op.outsideMap
    ? ' This group lies outside the feature map, so all inputs are 0.'
    : '';
  return `Kernel ${kernel} of ${op.layer} at pixel (${op.y}, ${op.x}). ${countOf(op.wordLines.length, 'input')} wait at the word lines. Each weight lies in a row of ${countOf(columns.length, 'cell')}, one bit in each.${outside}`;
}

function textOf(
  op: MacroOp,
  kernel: MacroOpKernel,
  { step, phase, accumulated }: Pick<OpFrame, 'phase' | 'accumulated'> & { readonly step: OpStep },
): string {
  const reads = readsOf(kernel, phase);
  if (step === 'drive') {
    const on = op.wordLines.filter(({ digits }) => (digits[phase] ?? 0) > 0).length;
    return `Phase ${phase + 1} of ${op.phases}: ${digitText(op, phase)} of each input. ${on} of ${countOf(op.wordLines.length, 'word line')} switch on.`;
  }
  if (step === 'conduct') {
    const count = kernel.columns.reduce(
      (sum, { cells }) =>
        sum + op.wordLines.filter((_, line) => conducts(op, cells, line, phase)).length,
      0,
    );
    return `A cell conducts where its word line is on and it holds a 1: ${countOf(count, 'cell')} here.`;
  }
  if (step === 'sum')
    return 'Each bit line adds up what its cells take, all at once: a dot product.';
  if (step === 'convert') {
    const clipped = reads.filter(({ saturated }) => saturated).length;
    const lost =
      clipped === 0
        ? 'No sum lies beyond its codes.'
        : `${countOf(clipped, 'sum')} beyond its highest code ${clipped === 1 ? 'is' : 'are'} clipped.`;
    const noise = op.noisy ? ' Noise has moved the sums before.' : '';
    return `The ADC turns each sum into a code.${noise} ${lost}`;
  }
  return `Each code is shifted by the place of its bit and of the phase, and added: ${sumText(phaseSum(kernel, phase))} in this phase, ${sumText(accumulated)} so far.`;
}

function pixelText(op: MacroOp, { kernel, partialSum, value }: MacroOpKernel): string {
  const stands = value === partialSum ? '' : `, which stands for ${sumText(value)}`;
  return `The partial sum is ${sumText(partialSum)}${stands}. With the sums of the kernel’s other groups it becomes channel ${kernel} of pixel (${op.y}, ${op.x}).`;
}

function digitText({ inputBitsPerPhase }: MacroOp, phase: number): string {
  const lowest = phase * inputBitsPerPhase;
  return inputBitsPerPhase === 1
    ? `bit ${lowest}`
    : `bits ${lowest} to ${lowest + inputBitsPerPhase - 1}`;
}
