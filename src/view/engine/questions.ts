// What can be asked about a run: answers that are too much to send along with every result.

import { CimError } from '../../core/errors.ts';
import { type FeatureMap, imageSlice } from '../../core/feature-map.ts';
import { adcErrors } from '../../inspect/adc-errors.ts';
import { type ColumnSums, columnSums } from '../../inspect/column-sums.ts';
import { type GroupPattern, groupPattern } from '../../inspect/group-pattern.ts';
import { type MacroArray, macroArray } from '../../inspect/macro-array.ts';
import { type NetworkGraph, networkGraph } from '../../inspect/network-graph.ts';
import { inspectMacroOp, type MacroOp, type MacroOpChoice } from '../../inspect/macro-op.ts';
import { permittedText } from '../../inspect/permitted-text.ts';
import { integerInput } from '../../reference/integer-network.ts';
import type { Explanation } from '../../report/explain/explain.ts';
import type { Report } from '../../report/report.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import type { KeptRun } from './kept-runs.ts';

/** Each question with what it is about and its answer. */
export interface Questions {
  /** Which layer reads which. */
  readonly networkGraph: { readonly about: undefined; readonly answer: NetworkGraph };
  /** Where every weight bit lies. */
  readonly macroArray: { readonly about: undefined; readonly answer: MacroArray };
  /** Mean error of the ADC in each layer, unit discharges, by name. */
  readonly adcErrors: {
    readonly about: undefined;
    readonly answer: ReadonlyMap<string, number>;
  };
  /** One macro-op in full, on an image of the run. */
  readonly macroOp: { readonly about: MacroOpChoice; readonly answer: MacroOp };
  /** How often each sum occurs on the bit lines of a layer. */
  readonly columnSums: { readonly about: { readonly layer: string }; readonly answer: ColumnSums };
  /** Which weight groups of a layer are kept. */
  readonly groupPattern: {
    readonly about: { readonly layer: string };
    readonly answer: GroupPattern;
  };
  /** The formula of a number of the run's report. */
  readonly explain: {
    readonly about: {
      readonly path: string;
      readonly report: Report;
      readonly timeline: Timeline;
    };
    readonly answer: Explanation;
  };
}

/** A question by name, with what it is about. */
export type Question = {
  readonly [Name in keyof Questions]: {
    readonly name: Name;
    readonly about: Questions[Name]['about'];
  };
}[keyof Questions];

/** Any answer. */
export type Answer = Questions[keyof Questions]['answer'];

/**
 * Answers a question about a run.
 * @throws {CimError} when it is about something that the run does not have
 */
export async function answerQuestion(run: KeptRun, question: Question): Promise<Answer> {
  const { mapping, activity } = run;
  if (question.name === 'explain') {
    // Few ask: it is loaded for those who do.
    const { explain } = await import('../../report/explain/explain.ts');
    const { path, report, timeline } = question.about;
    return explain({ mapping, report, timeline }, path);
  }
  if (question.name === 'networkGraph') return networkGraph(mapping.network);
  if (question.name === 'macroArray') return macroArray(mapping, activity);
  if (question.name === 'adcErrors') return adcErrors(mapping, imagesOf(run));
  if (question.name === 'groupPattern') return groupPattern(mapping, question.about.layer);
  if (question.name === 'columnSums')
    return columnSums(mapping, imagesOf(run), question.about.layer);
  const { layer, image } = question.about;
  const images = imagesOf(run);
  const error = permittedText('the run', 'image', images.images, image);
  if (error !== undefined)
    throw new CimError('usage', { what: error, where: mapping.network.name });
  const one = imageSlice(images, image, 1);
  const input = integerInput(mapping.network, one, layer);
  const macroOp = inspectMacroOp(mapping, { ...question.about, image: 0 }, input, {
    seed: run.seed,
    firstImage: image,
  });
  return { ...macroOp, image };
}

function imagesOf({ images, mapping }: KeptRun): FeatureMap {
  if (images) return images;
  throw new CimError('input', {
    what: 'no images were simulated, so no activations are known',
    where: mapping.network.name,
    todo: 'run it with one image or more',
  });
}
