// What is wrong with a number that was asked for, with those that there are.

/**
 * What is wrong with a number that counts something from 0; undefined where it is one of the `count` there are.
 * @returns such as `conv2 has groups 0 … 8, not 500`
 */
export function permittedText(
  owner: string,
  what: string,
  count: number,
  value: number,
): string | undefined {
  if (Number.isInteger(value) && value >= 0 && value < count) return undefined;
  const wrong = Number.isNaN(value) ? 'and none is named' : `not ${value}`;
  if (count === 0) return `${owner} has no ${what}`;
  return `${owner} has ${count === 1 ? `only ${what} 0` : `${what}s 0 … ${count - 1}`}, ${wrong}`;
}
