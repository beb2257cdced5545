// Lists of whole numbers: attributes in old operator sets, inputs in new ones.

import type { Step } from '../importer.ts';

/** The whole numbers of a list that is an attribute in old operator sets and an input in new ones. */
export function numbersOf(step: Step, name: string, index: number): readonly number[] | undefined {
  const constant = step.constantIf(index, name);
  return constant ? Array.from(constant.data) : step.integers(name);
}
