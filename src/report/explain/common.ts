// What the formulas of all explanations have in common: the chip's numbers by their paths, at the chip's supply.

import { supplyScale } from '../../chips/adc-cost.ts';
import type { ChipSpec } from '../../chips/index.ts';
import { provenanceOf } from '../../chips/sourced.ts';
import type { Mapping } from '../../mapping/map-to-chip.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import type { Report } from '../report.ts';
import { constant, counted, type Expression, over, plus, squared, times } from './expression.ts';

/** What is explained. */
export interface Explained {
  readonly mapping: Mapping;
  readonly timeline: Timeline;
  readonly report: Report;
}

/** Adds the formula of a path. */
export type Add = (path: string, unit: string, expression: () => Expression) => void;

/** A number of the chip, by its path. */
export function given(chip: ChipSpec, path: string): Expression {
  const entry = provenanceOf(chip).find(({ parameter }) => parameter === path);
  return {
    term: {
      name: path,
      value: Number(entry?.value),
      unit: entry?.unit ?? '',
      evidence: entry?.evidence,
      source: entry?.source ?? '',
    },
  };
}

/** 1000, of a unit in the next. */
export const perThousand = (what: string): Expression => constant(1000, what);
/** From fJ to pJ. */
export const femto: Expression = perThousand('fJ per pJ');

/** `value` at the chip's supply; nothing to do where that is the one that energies are stated at. */
export const atSupply = (chip: ChipSpec, value: Expression): Expression =>
  supplyScale(chip) === 1
    ? value
    : times(
        value,
        squared(over(given(chip, 'process.supply'), given(chip, 'process.ratedSupply'))),
      );

/** Another number that is explained, as a term. */
export const explained = (path: string, value: number, unit: string): Expression =>
  counted(path, value, unit, `mars explain ${path}`);

/** The sum of formulas; 0 where there are none. */
export const sumOf = (parts: readonly Expression[]): Expression =>
  parts.length === 0 ? constant(0, 'there is nothing to add up') : plus(...parts);
