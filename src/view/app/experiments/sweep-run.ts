// Runs the points of a plan in the page's engine, and says how far they are.

import { CimError, hasKind } from '../../../core/errors.ts';
import { formatDuration, formatWhole } from '../../../core/number-text.ts';
import { countOf } from '../../../core/words.ts';
import { checkChipPaths } from '../../../experiment/check-chip-paths.ts';
import type { Experiment } from '../../../experiment/expand-plan.ts';
import type { Row } from '../../../experiment/point-result.ts';
import type { Engine } from '../../engine/engine.ts';
import { givenChip } from '../../engine/page-sources.ts';
import type { UserFiles } from '../../engine/user-files.ts';
import { make, makeButton, setText } from '../../ui/make-element.ts';

/** What is run: a plan, with the files and images of a person that it names. */
export interface SweepJob {
  readonly experiment: Experiment;
  readonly files: UserFiles;
  readonly ownImages: string | undefined;
}

/** The run, with its buttons. */
export interface SweepRun {
  readonly element: HTMLElement;
  /** Says something about a plan or results that are not run. */
  tell(text: string): void;
}

/** Who is asked and told. */
export interface SweepParts {
  readonly engine: Engine;
  /** What to run now; a CimError says why not. */
  readonly job: () => Promise<SweepJob>;
  /** Told of all rows there are, when a run begins and after each of its points. */
  readonly onRows: (job: SweepJob, rows: readonly Row[]) => void;
}

/** Milliseconds between two drawings of what is there so far. */
const pause = 250;

/** Makes it. */
export function makeSweepRun(parts: SweepParts): SweepRun {
  const line = make('p', { class: 'status-line', attributes: { role: 'status' } });
  const bar = make('progress', { attributes: { 'aria-label': 'Points that are done' } });
  bar.hidden = true;
  let stop: AbortController | undefined;
  const run = makeButton('Run the plan', () => void start(), { class: 'mars-button primary' });
  const cancel = makeButton('Cancel', () => stop?.abort(), {
    attributes: { 'aria-label': 'Cancel the plan' },
  });
  cancel.disabled = true;
  const kept = new KeptRows();
  const start = async (): Promise<void> => {
    if (stop) return;
    const control = new AbortController();
    stop = control;
    run.disabled = true;
    cancel.disabled = false;
    setText(line, 'Starting …');
    try {
      const job = await parts.job();
      await checkChipPaths(job.experiment.points, givenChip(job.files));
      setText(line, await sweepAll(job, { ...parts, kept, line, bar, signal: control.signal }));
    } catch (error) {
      if (hasKind(error, 'cancelled')) setText(line, 'Cancelled. Run the plan to go on.');
      else setText(line, error instanceof CimError ? error.message : String(error));
    } finally {
      stop = undefined;
      run.disabled = false;
      cancel.disabled = true;
      bar.hidden = true;
    }
  };
  return {
    element: make('div', {}, [make('div', { class: 'row' }, [run, cancel]), bar, line]),
    tell: (text) => {
      if (!stop) setText(line, text);
    },
  };
}

interface SweepState extends SweepParts {
  readonly kept: KeptRows;
  readonly line: HTMLElement;
  readonly bar: HTMLProgressElement;
  readonly signal: AbortSignal;
}

/** Runs what is not there yet; gives what to say in the end. */
async function sweepAll(job: SweepJob, state: SweepState): Promise<string> {
  const { engine, kept, line, bar, signal, onRows } = state;
  const { points } = job.experiment;
  const rows = kept.of(job);
  const all = (): readonly Row[] => points.flatMap(({ id }) => rows.get(id) ?? []);
  const left = points.filter(({ id }) => !rows.has(id));
  const before = points.length - left.length;
  bar.max = points.length;
  bar.value = before;
  bar.hidden = false;
  onRows(job, all());
  let [seconds, count, drawn] = [0, 0, performance.now()];
  const { ownImages } = job;
  const own = left.map((point) => ({ ...point, settings: { ...point.settings, ownImages } }));
  try {
    await engine.sweep(
      { points: own, files: job.files },
      {
        signal,
        onPoint: ({ row, made }) => {
          rows.set(row.id, row);
          seconds += made.seconds;
          count += 1;
          bar.value = before + count;
          setText(line, progressText(before + count, points.length, seconds / count));
          if (performance.now() - drawn < pause) return;
          drawn = performance.now();
          onRows(job, all());
        },
      },
    );
  } finally {
    onRows(job, all());
  }
  const failed = all().filter(({ error }) => error !== null).length;
  return `Done: ${countOf(points.length, 'point')}${failed > 0 ? `, ${failed} failed` : ''}.`;
}

function progressText(done: number, total: number, seconds: number): string {
  const left = done < total ? `, about ${formatDuration((total - done) * seconds)} left` : '';
  return `${formatWhole(done)} of ${countOf(total, 'point')}${left}`;
}

/** Rows of the last run, so that one that was cancelled goes on. Other files or images under the same names are other rows. */
class KeptRows {
  #rows = new Map<string, Row>();
  #from: readonly unknown[] = [];

  of({ files, ownImages }: SweepJob): Map<string, Row> {
    const from = [files.network?.bytes, files.chip?.bytes, ownImages, ...(files.images ?? [])];
    const isSame =
      from.length === this.#from.length && from.every((one, i) => one === this.#from[i]);
    if (!isSame) this.#rows = new Map();
    this.#from = from;
    for (const [id, { error }] of this.#rows) if (error) this.#rows.delete(id);
    return this.#rows;
  }
}
