// Numbers and tables of the page, in Markdown.

/** A number with so many digits behind the point; none by default. */
export const round = (value: number, digits = 0): string => value.toFixed(digits);

/** A share as percent. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A table. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells)), ''].join(
    '\n',
  );
