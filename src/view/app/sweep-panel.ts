// Accuracy against one value of the chip: the same job again and again, each with another value.

import { CimError, hasKind } from '../../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { UserFiles } from '../engine/user-files.ts';
import { wholeNumber } from '../../settings/kinds.ts';
import type { RunSettings } from '../../settings/run-settings.ts';
import type { Report } from '../../report/report.ts';
import { make, makeButton } from '../ui/make-element.ts';
import { drawSweepPlot } from '../pieces/plots/sweep-plot.ts';
import { sweepObstacle, sweepRow, type SweepRow } from '../pieces/plots/sweep-data.ts';
import { type Field, makeField } from '../ui/field.ts';
import type { TabContent } from '../ui/tabs.ts';

/** What can be swept. */
interface Sweepable {
  readonly path: string;
  readonly setting: string;
  readonly values: readonly number[];
}

const sweepables: readonly Sweepable[] = [
  { path: 'adc.bits', setting: 'ADC bits', values: [8, 7, 6, 5, 4, 3, 2, 1] },
  {
    path: 'noise.read',
    setting: 'read noise (unit discharges)',
    values: [0, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2],
  },
  {
    path: 'noise.offset',
    setting: 'column offset (unit discharges)',
    values: [0, 0.25, 0.5, 1, 1.5, 2, 3],
  },
];

/** Images of each run unless a person says otherwise. */
const defaultImages = 200;

/** The run whose settings a sweep changes. */
export interface SweepBase {
  readonly engine: Engine;
  readonly settings: RunSettings;
  readonly files: UserFiles;
  readonly report: Report;
}

/** Draws the panel. */
export function drawSweepPanel(panel: HTMLElement, base: SweepBase): TabContent {
  const obstacle = sweepObstacle(base.report);
  if (obstacle !== undefined) {
    panel.append(make('p', { class: 'note', text: obstacle, attributes: { role: 'status' } }));
    return { destroy: () => undefined };
  }
  const { what, images } = makeFields(base.report.images);
  const line = make('p', { class: 'status-line', attributes: { role: 'status' } });
  const plot = make('div');
  let stop: AbortController | undefined;
  let drawn: TabContent | undefined;
  const sweep = makeButton('Sweep', () => void start());
  const cancel = makeButton('Cancel', () => stop?.abort());
  cancel.disabled = true;
  const start = async (): Promise<void> => {
    const count = wantedImages(images, base.report.images);
    if (count === undefined) return;
    stop?.abort();
    const control = new AbortController();
    stop = control;
    drawn?.destroy();
    plot.replaceChildren();
    const sweepable = sweepables.find(({ path }) => path === what.input.value) ?? sweepables[0];
    if (!sweepable) return;
    const view = drawSweepPlot(plot, { setting: sweepable.setting, rows: [] });
    drawn = view;
    const rows: SweepRow[] = [];
    cancel.disabled = false;
    try {
      for (const value of sweepable.values) {
        line.textContent = `${sweepable.setting} ${value}: running`;
        rows.push(await measure({ base, sweepable, value, images: count }, control.signal));
        view.update({ setting: sweepable.setting, rows: [...rows] });
      }
      line.textContent = doneText(rows);
    } catch (error) {
      if (stop === control) line.textContent = endText(error);
    } finally {
      if (stop === control) cancel.disabled = true;
    }
  };
  panel.append(
    make('p', {
      class: 'note',
      text: 'Each point runs the same images again with one value of the chip changed.',
    }),
    make('div', { class: 'row' }, [what.element, images.element, sweep, cancel]),
    line,
    plot,
  );
  return {
    destroy: () => {
      stop?.abort();
      drawn?.destroy();
    },
  };
}

function makeFields(most: number): { readonly what: Field; readonly images: Field } {
  const what = makeField({
    name: 'sweep',
    label: 'Change',
    choices: sweepables.map(({ path, setting }) => [path, setting]),
  });
  const images = makeField({
    name: 'sweep-images',
    label: 'Images of each run',
    attributes: { min: '1', max: String(most), step: '1' },
  });
  images.input.value = String(Math.min(defaultImages, most));
  return { what, images };
}

function endText(error: unknown): string {
  if (hasKind(error, 'cancelled')) return 'Cancelled.';
  return error instanceof CimError ? error.message : String(error);
}

function doneText(rows: readonly SweepRow[]): string {
  const unknown = rows.filter(({ top1 }) => top1 === null).length;
  return unknown === 0 ? 'Done.' : `Done. ${unknown} of ${rows.length} runs have no accuracy.`;
}

/** What the field says; undefined where that is not permitted, which then stands beside it. */
function wantedImages(field: Field, most: number): number | undefined {
  const kind = wholeNumber(1, most);
  const count = kind.parse(field.input.value.trim());
  field.showError(
    count === undefined ? `must be ${kind.permitted}, the images of the run` : undefined,
  );
  return count;
}

async function measure(
  one: {
    readonly base: SweepBase;
    readonly sweepable: Sweepable;
    readonly value: number;
    readonly images: number;
  },
  signal: AbortSignal,
): Promise<SweepRow> {
  const { base, sweepable, value, images } = one;
  const { engine, settings, files } = base;
  const others = settings.set.filter((setting) => !setting.startsWith(`${sweepable.path}=`));
  const changed = { ...settings, images, set: [...others, `${sweepable.path}=${value}`] };
  const { report } = await engine.run(changed, files, { signal, isKept: false });
  return sweepRow(value, report);
}
