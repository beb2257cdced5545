// The rows of a sweep as an Apache Parquet file: the columns of results.csv, with types.

import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Row } from '../../experiment/point-result.ts';
import { type Cell, rowsTable } from '../../experiment/result-file.ts';

/**
 * `results.parquet`. A column whose values are all numbers has doubles, any other has texts; what is null in results.csv is
 * null. The same rows give the same bytes.
 * @param paths of the axes, in their order
 */
export function rowsParquet(rows: readonly Row[], paths: readonly string[]): Uint8Array {
  const [head = [], ...lines] = rowsTable(rows, paths);
  const columnData = head.map((name, column) => {
    const cells = lines.map((line) => line[column] ?? null);
    return cells.every((cell) => cell === null || typeof cell === 'number')
      ? { name: String(name), data: cells, type: 'DOUBLE' as const }
      : { name: String(name), data: cells.map(textOf), type: 'STRING' as const };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: 'mars-cim' }));
}

const textOf = (cell: Cell): string | null =>
  cell === null || cell === undefined ? null : String(cell);
