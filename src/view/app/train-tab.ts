// The Train tab: a training here, and the curve of one that the command line has done. Loaded when it is first shown.

import type { NamedBytes } from '../engine/user-files.ts';
import { make, type PieceHandle } from '../ui/make-element.ts';
import type { TrainingRecord } from '../pieces/plots/training-data.ts';
import type { Tab } from '../ui/tabs.ts';

/** The metrics of a training, as `mars train` writes them beside its network. */
export interface Metrics {
  readonly name: string;
  readonly epochs: readonly TrainingRecord[];
}

/** What the tab is given. */
export interface TrainTabOptions {
  readonly dataUrl: URL;
  readonly onTrained: (network: NamedBytes) => void;
}

/** The tab. */
export interface TrainTab {
  readonly tab: Tab;
  /** Shows the curve of a training that was done elsewhere. */
  addMetrics(metrics: Metrics): void;
}

/** Makes the tab. It lasts: a run of the simulator does not end a training. */
export function makeTrainTab({ dataUrl, onTrained }: TrainTabOptions): TrainTab {
  const curve = make('section', {}, [
    make('h2', { text: 'Training from the command line' }),
    make('p', {
      class: 'note',
      text: 'Drop the .metrics.jsonl that mars train writes to see its curve here.',
    }),
  ]);
  let plot: PieceHandle<readonly TrainingRecord[]> | undefined;
  const draw = (panel: HTMLElement): { destroy: () => void } => {
    let isGone = false;
    let training: { destroy(): void } | undefined;
    const load = async (): Promise<void> => {
      const { drawTrainPanel } = await import('../pieces/training/train-panel.ts');
      if (isGone) return;
      training = drawTrainPanel(panel, { dataUrl, onTrained });
      panel.append(curve);
    };
    void load();
    return {
      destroy: () => {
        isGone = true;
        training?.destroy();
        plot?.destroy();
      },
    };
  };
  const addMetrics = async ({ name, epochs }: Metrics): Promise<void> => {
    const { drawTrainingPlot } = await import('../pieces/plots/training-plot.ts');
    plot?.destroy();
    curve.replaceChildren(make('h2', { text: name }));
    plot = drawTrainingPlot(curve, epochs);
  };
  return {
    tab: { name: 'train', label: 'Train', lasts: true, draw },
    addMetrics: (metrics) => void addMetrics(metrics),
  };
}
