// What values a setting may have: how they are read from text and written again, and the words for what is permitted.

import { CimError } from '../core/errors.ts';

/** A kind of value. */
export interface Kind<Value> {
  /** What is permitted, in words that follow "must be": `a whole number from 2 to 8`. */
  readonly permitted: string;
  /** The value of a text without space around it; undefined where it is not permitted. */
  readonly parse: (text: string) => Value | undefined;
  /** Inverse of {@link parse}. */
  readonly write: (value: Value) => string;
  /** Smallest and largest value, for numbers. */
  readonly range?: Range;
  /** Every permitted value, where they can be listed. */
  readonly choices?: readonly string[];
}

/** The numbers that are permitted, both ends included. */
export interface Range {
  readonly min: number;
  readonly max: number;
  /** Only whole numbers. */
  readonly isWhole: boolean;
}

/** A whole number from `min` to `max`. */
export const wholeNumber = (min: number, max: number): Kind<number> =>
  numberIn({ min, max, isWhole: true });

/** A number from `min` to `max`. */
export const realNumber = (min: number, max: number): Kind<number> =>
  numberIn({ min, max, isWhole: false });

/** One of `choices`. */
export const oneOf = <Choice extends string>(choices: readonly Choice[]): Kind<Choice> => ({
  permitted: `one of ${choices.join(', ')}`,
  parse: (text) => choices.find((choice) => choice === text),
  write: (choice) => choice,
  choices,
});

/** Any text, such as a name or a path. */
export const anyText: Kind<string> = {
  permitted: 'a text',
  parse: (text) => text,
  write: (text) => text,
};

function numberIn(range: Range): Kind<number> {
  const { min, max, isWhole } = range;
  return {
    permitted: `a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}`,
    parse: (text) => {
      const value = text === '' ? NaN : Number(text);
      return value >= min && value <= max && (!isWhole || Number.isInteger(value))
        ? value
        : undefined;
    },
    write: String,
    range,
  };
}

/**
 * The value of a text, without the space around it.
 * @param name of the setting, for the error
 * @throws {CimError} (usage) naming the setting, what is permitted and the text
 */
export function parseValue<Value>(name: string, kind: Kind<Value>, text: string): Value {
  const trimmed = text.trim();
  const value = kind.parse(trimmed);
  if (value !== undefined) return value;
  throw new CimError('usage', { what: `must be ${kind.permitted}, not "${trimmed}"`, where: name });
}
