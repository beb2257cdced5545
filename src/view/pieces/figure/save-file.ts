// Gives a person a file.

import { type CellValue, toCsv } from './csv.ts';

/** How long a browser may take to begin reading a file that is saved, in milliseconds. */
const readLimit = 60_000;

/** Saves `content` under `name`, as the browser saves downloads. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), readLimit);
}

/** Saves rows as `<name>.csv`. */
export function saveCsv(
  name: string,
  columns: readonly string[],
  rows: readonly (readonly CellValue[])[],
): void {
  saveFile(`${name}.csv`, new Blob([toCsv(columns, rows)], { type: 'text/csv' }));
}
