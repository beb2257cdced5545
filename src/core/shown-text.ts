// Text from files on its way to a person: characters that move the cursor, colour a terminal or turn the reading order
// round are shown, not done. JSON output keeps the exact text.

/** C0, DEL, C1, the line and paragraph separators, and what turns the reading order round. */
const hidden =
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** `text` on one line, each control character as JSON escapes it: `\u001b`. Text without any is returned as it is. */
export const shownText = (text: string): string =>
  text.replaceAll(
    hidden,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/**
 * A copy of plain data (objects, arrays, numbers, text) with {@link shownText} on every text and field name, for
 * tables and sentences. Typed arrays and other objects with a class are kept as they are.
 */
export function shownTexts<T>(data: T): T {
  if (typeof data === 'string') return shownText(data) as T;
  if (Array.isArray(data)) return data.map((one: unknown) => shownTexts(one)) as T;
  if (typeof data !== 'object' || data === null || Object.getPrototypeOf(data) !== Object.prototype)
    return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, one]: [string, unknown]) => [
      shownText(name),
      shownTexts(one),
    ]),
  ) as T;
}
