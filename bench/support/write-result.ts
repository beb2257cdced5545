// Writes a result where it can be compared later, with what it ran on.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { machineText } from '../../src/cli/machine-text.ts';
import { writeWhole } from '../../src/cli/write-files.ts';
import { packageRoot } from '../../src/cli/package-root.ts';
import type { Answer } from '../../src/measure/measure.ts';
import type { Question, Settings } from '../../src/measure/question.ts';
import { type BenchResult, resultFormat } from '../../src/measure/result.ts';

/** An answer, and where it was given. */
export type Asked = Answer & Pick<BenchResult, 'where' | 'runtime' | 'adapter'>;

/** Writes `<date>-<question>.json` (`-headless` for a page) into `folder`, and gives what it wrote. */
export function writeResult(
  question: Question,
  settings: Settings,
  { rows, notes, ...ranOn }: Asked,
  folder: string,
): BenchResult {
  const date = new Date().toISOString();
  const { repetitions, seconds, cases } = settings;
  const result: BenchResult = {
    format: resultFormat,
    question: question.name,
    date,
    commit: commit(),
    machine: machineText(),
    ...ranOn,
    settings: { repetitions, seconds, ...(cases && { cases: cases.source }) },
    notes: [...notes],
    rows: [...rows],
  };
  writeWhole(
    resultFile(question, ranOn.where, date, folder),
    `${JSON.stringify(result, null, 2)}\n`,
  );
  return result;
}

/** Where the result of a question goes: `<date>-<question>.json`. */
export function resultFile(
  { name }: Question,
  where: BenchResult['where'],
  date: string,
  folder: string,
): string {
  const suffix = where === 'headless' ? '-headless' : '';
  return join(folder, `${date.slice(0, 10)}-${name}${suffix}.json`);
}

/** The commit of the sources; with `+` where files differ from it. */
function commit(): string {
  try {
    const git = (...args: readonly string[]): string =>
      execFileSync('git', args, { cwd: packageRoot, encoding: 'utf8', stdio: 'pipe' }).trim();
    const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
    return git('rev-parse', '--short', 'HEAD') + (changed ? '+' : '');
  } catch {
    return 'unknown';
  }
}
