// results.parquet: what another reader of Parquet finds in it is what results.csv has.

import { parquetReadObjects } from 'hyparquet';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rowsParquet } from '../../src/cli/sweep/parquet.ts';
import { readRows, rowsTable } from '../../src/experiment/result-file.ts';
import { emptyFolder, mars } from '../support/mars.ts';

describe('mars sweep --parquet', () => {
  it('writes the columns of results.csv with types', async () => {
    const cwd = emptyFolder();
    // The second chip is refused: its figures are null, its error is a text.
    const words = ['sweep', '--vary', 'featureMap.bankBytes=65536,64', '--images', '0'];
    mars([...words, '--set', 'controller.maps=banks', '--parquet', '--out', 'out'], cwd);

    const bytes = readFileSync(join(cwd, 'out/results.parquet'));
    const path = join(cwd, 'out/results.ndjson');
    const rows = readRows(readFileSync(path, 'utf8'), path);
    const paths = ['featureMap.bankBytes'];
    expect(rows.filter(({ figures }) => figures === null)).toHaveLength(1);
    expect(rows).toHaveLength(2);
    const [head = [], ...lines] = rowsTable(rows, paths);
    const file = new Uint8Array(bytes).buffer;

    expect(await parquetReadObjects({ file })).toEqual(
      lines.map((line) =>
        Object.fromEntries(head.map((name, column) => [name, line[column] ?? null])),
      ),
    );
    expect(bytes.equals(rowsParquet(rows, paths))).toBe(true);
  });
});
