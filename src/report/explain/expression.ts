// A formula that can be computed, and written with the names or with the numbers of what it is made of.

import type { Evidence } from '../../chips/index.ts';

/** A number of a formula, with where it is from. */
export interface Term {
  readonly name: string;
  readonly value: number;
  /** `''` for counts and shares. */
  readonly unit: string;
  /** Of the chip's numbers; undefined for what is counted. */
  readonly evidence?: Evidence | undefined;
  readonly source: string;
}

type Operator = '+' | '-' | '*' | '/' | 'ceil' | 'square';

/** A term, or what an operator makes of others. */
export type Expression =
  | { readonly term: Term }
  | { readonly operator: Operator; readonly parts: readonly Expression[] };

const made =
  (operator: Operator) =>
  (...parts: readonly Expression[]): Expression => ({ operator, parts });

/** Formulas of formulas. */
export const plus: (...parts: readonly Expression[]) => Expression = made('+');
/** The first less the others. */
export const minus: (...parts: readonly Expression[]) => Expression = made('-');
export const times: (...parts: readonly Expression[]) => Expression = made('*');
/** The first over the others. */
export const over: (...parts: readonly Expression[]) => Expression = made('/');
/** The next whole number. */
export const ceiling: (part: Expression) => Expression = made('ceil');
export const squared: (part: Expression) => Expression = made('square');

/** What is counted, or a constant such as 1000. */
export const counted = (name: string, value: number, unit: string, source: string): Expression => ({
  term: { name, value, unit, source },
});

/** A number that belongs to a unit, such as 1000 fJ per pJ. */
export const constant = (value: number, source: string): Expression =>
  counted(String(value), value, '', source);

/** The value of a formula. */
export function valueOf(expression: Expression): number {
  if ('term' in expression) return expression.term.value;
  const [first = 0, ...others] = expression.parts.map(valueOf);
  switch (expression.operator) {
    case '+':
      return others.reduce((sum, value) => sum + value, first);
    case '-':
      return others.reduce((rest, value) => rest - value, first);
    case '*':
      return others.reduce((product, value) => product * value, first);
    case '/':
      return others.reduce((quotient, value) => quotient / value, first);
    case 'ceil':
      // A billionth too much is rounding of decimal numbers.
      return Math.max(1, Math.ceil(first - 1e-9));
    case 'square':
      return first ** 2;
  }
}

/** The formula as text, each term as `textOf` has it. */
export function textOf(expression: Expression, ofTerm: (term: Term) => string): string {
  if ('term' in expression) return ofTerm(expression.term);
  const { operator, parts } = expression;
  if (operator === 'ceil') return `ceil(${parts.map((part) => textOf(part, ofTerm)).join('')})`;
  const texts = parts.map((part, i) => {
    const text = textOf(part, ofTerm);
    return needsBrackets(part, operator, i) ? `(${text})` : text;
  });
  return operator === 'square' ? `${texts.join('')}^2` : texts.join(` ${operator} `);
}

const strength: Readonly<Record<Operator, number>> = {
  '+': 1,
  '-': 1,
  '*': 2,
  '/': 2,
  square: 3,
  ceil: 4,
};

/** Brackets where a part binds less, or stands behind what it would be torn apart by. */
function needsBrackets(part: Expression, outer: Operator, position: number): boolean {
  if ('term' in part) return false;
  const [inner, around] = [strength[part.operator], strength[outer]];
  return inner < around || (inner === around && position > 0 && (outer === '-' || outer === '/'));
}

/** The terms of a formula, each once, in the order they appear. */
export function termsOf(expression: Expression): readonly Term[] {
  const found = new Map<string, Term>();
  const walk = (one: Expression): void => {
    if ('term' in one) found.set(one.term.name, one.term);
    else one.parts.forEach(walk);
  };
  walk(expression);
  return [...found.values()];
}
