// Accuracy against one value of the chip: the same job again and again, each with another value.

import { CancelledError, CimError } from '../../core/errors.ts';
import type { Engine, UserFiles } from '../engine/engine.ts';
import type { RunSettings } from '../engine/run-settings.ts';
import { make, makeButton } from '../make-element.ts';
import { drawSweepPlot } from '../plots/sweep-plot.ts';
import type { SweepRow } from '../plots/sweep-data.ts';
import { type Field, makeField } from './field.ts';
import type { TabContent } from './tabs.ts';

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
const usualImages = 200;

/** The run whose settings a sweep changes. */
export interface SweepBase {
  readonly engine: Engine;
  readonly settings: RunSettings;
  readonly files: UserFiles;
}

/** Draws the panel. */
export function drawSweepPanel(panel: HTMLElement, base: SweepBase): TabContent {
  const { what, images } = makeFields(base.settings.images);
  const line = make('p', { class: 'status-line', attributes: { role: 'status' } });
  const plot = make('div');
  let stop: AbortController | undefined;
  let drawn: TabContent | undefined;
  const start = async (): Promise<void> => {
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
    try {
      for (const value of sweepable.values) {
        line.textContent = `${sweepable.setting} ${value}: running`;
        rows.push(
          await measure(
            { base, sweepable, value, images: Number(images.input.value) },
            control.signal,
          ),
        );
        view.update({ setting: sweepable.setting, rows: [...rows] });
      }
      line.textContent = 'Done.';
    } catch (error) {
      if (stop !== control) return;
      line.textContent = error instanceof CimError ? error.message : String(error);
      if (error instanceof CancelledError) line.textContent = 'Cancelled.';
    }
  };
  panel.append(
    make('p', {
      class: 'note',
      text: 'Each point runs the same images again with one value of the chip changed.',
    }),
    make('div', { class: 'row' }, [
      what.element,
      images.element,
      makeButton('Sweep', () => void start()),
      makeButton('Cancel', () => stop?.abort()),
    ]),
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
  images.input.value = String(Math.min(usualImages, most));
  return { what, images };
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
  const { top1, quantizedTop1 } = report.accuracy;
  return { x: value, top1: top1 ?? 0, exactTop1: quantizedTop1, images: report.images };
}
