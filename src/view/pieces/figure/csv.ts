// Rows as CSV (RFC 4180): comma, CRLF, quotes where they are needed.

/** A cell of a table; null is an empty one. */
export type CellValue = string | number | null;

/** The text of a CSV file: a line of names, then the rows. */
export function toCsv(names: readonly string[], rows: readonly (readonly CellValue[])[]): string {
  return [names, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(value: CellValue): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
