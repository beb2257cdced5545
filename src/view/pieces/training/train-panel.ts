// The Train tab: settings, a training as it goes, its network.

import './train-panel.css';
import { CimError, hasKind } from '../../../core/errors.ts';
import type { GroupsOfLayer, TrainProgress } from '../../../train/run/train-options.ts';
import type { EpochRecord } from '../../../network/epoch-record.ts';
import type { NamedBytes } from '../../engine/user-files.ts';
import { saveFile } from '../figure/save-file.ts';
import { make, makeButton, type PieceHandle } from '../../ui/make-element.ts';
import { drawTrainingPlot } from '../plots/training-plot.ts';
import { drawGroupGrids } from './group-grids.ts';
import { startTraining, defaultThreads } from '../../engine/training/open-training.ts';
import { makeTrainForm, type TrainForm } from './train-form.ts';
import type { TrainedResult } from '../../engine/training/training-messages.ts';
import type { TrainSettings } from '../../../settings/train-settings.ts';
import { factsOf, resultText, stoppedText } from './training-words.ts';

/** What the tab is given. */
export interface TrainPanelOptions {
  /** Address of the folder `data/` that was built beside the page, with a slash at the end. */
  readonly dataUrl: string | URL;
  /** Called with the trained network when a person wants to simulate it. */
  readonly onTrained: (file: NamedBytes) => void;
}

/** The tab; `destroy` also ends a training. */
export type TrainPanel = Pick<PieceHandle<never>, 'element' | 'destroy'>;

/** Draws the tab into `parent`. Nothing is loaded before a training starts. */
export function drawTrainPanel(parent: ParentNode, options: TrainPanelOptions): TrainPanel {
  const panel = new LivePanel(options);
  parent.append(panel.element);
  return panel;
}

/** A training that can be gone on with. */
interface Begun {
  readonly settings: TrainSettings;
  readonly files: readonly NamedBytes[];
  checkpoint: Uint8Array | undefined;
}

class LivePanel implements TrainPanel {
  readonly element: HTMLElement;
  readonly #options: TrainPanelOptions;
  readonly #form: TrainForm;
  readonly #message = make('p', { class: 'mars-train-message', attributes: { role: 'status' } });
  readonly #progress = make('progress', { attributes: { 'aria-label': 'Steps of the training' } });
  readonly #facts = make('dl', { class: 'mars-train-facts' });
  readonly #outcome = make('div', { class: 'mars-tools' });
  readonly #groups;
  readonly #plot;
  readonly #plotBox = make('div');
  #epochs: EpochRecord[] = [];
  #last: TrainProgress | undefined;
  #density = 1;
  #begun: Begun | undefined;
  #stop: AbortController | undefined;

  constructor(options: TrainPanelOptions) {
    this.#options = options;
    this.#form = makeTrainForm({
      start: () => void this.#start(),
      stop: () => this.#askToStop(),
      resume: () => void this.#resume(),
    });
    this.element = make('section', { class: 'mars-train', part: 'train' }, [
      make('p', { class: 'mars-note', text: introduction() }),
      this.#form.element,
      this.#message,
      this.#progress,
      this.#facts,
      this.#outcome,
    ]);
    this.#groups = drawGroupGrids(this.element);
    this.element.append(this.#plotBox);
    this.#plot = drawTrainingPlot(this.#plotBox, []);
    this.#show();
  }

  destroy(): void {
    this.#stop?.abort();
    this.#plot.destroy();
    this.element.remove();
  }

  async #start(): Promise<void> {
    try {
      const settings = this.#form.settings();
      this.#begun = { settings, files: await this.#form.files(), checkpoint: undefined };
    } catch (error) {
      this.#tellError(error);
      return;
    }
    this.#epochs = [];
    this.#last = undefined;
    this.#groups.update([]);
    this.#plot.update([]);
    this.#facts.replaceChildren();
    await this.#train(this.#begun, 'Loading images and ONNX Runtime (14 MB, the first time) …');
  }

  async #resume(): Promise<void> {
    if (!this.#begun) return;
    this.#form.show(this.#begun.settings);
    await this.#train(this.#begun, 'Going on …');
  }

  #askToStop(): void {
    this.#stop?.abort();
    this.#form.stop.disabled = true;
    this.#tell('Stopping after this step …');
  }

  async #train(begun: Begun, first: string): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    this.#outcome.replaceChildren();
    this.#tell(first);
    this.#show();
    try {
      const result = await startTraining(begun.settings, this.#options.dataUrl, {
        signal: stop.signal,
        files: begun.files,
        resume: begun.checkpoint,
        onProgress: (progress) => this.#showProgress(progress),
        onEpoch: (record) => this.#showEpoch(record),
        onGroups: (layers) => this.#showGroups(layers),
        onCheckpoint: (bytes) => {
          begun.checkpoint = bytes;
        },
      });
      this.#begun = undefined;
      this.#showResult(result);
    } catch (error) {
      if (hasKind(error, 'cancelled')) this.#tell(stoppedText(this.#last));
      else {
        // What ended with its worker can go on from its last epoch.
        if (!(hasKind(error, 'environment') && begun.checkpoint)) this.#begun = undefined;
        this.#tellError(error);
      }
    } finally {
      this.#stop = undefined;
      this.#show();
    }
  }

  #showProgress(progress: TrainProgress): void {
    if (this.#last === undefined && !this.#stop?.signal.aborted) this.#tell('Training …');
    this.#last = progress;
    this.#progress.max = progress.total;
    this.#progress.value = progress.done;
    this.#showFacts();
  }

  #showFacts(): void {
    if (!this.#last) return;
    const last = this.#epochs.at(-1);
    const facts = factsOf({ progress: this.#last, last, density: this.#density }).map(
      ([name, text]) => make('div', {}, [make('dt', { text: name }), make('dd', { text })]),
    );
    this.#facts.replaceChildren(...facts);
  }

  #showGroups(layers: readonly GroupsOfLayer[]): void {
    this.#groups.update(layers);
    const norms = layers.flatMap((layer) => [...layer.norms]);
    this.#density = norms.filter((norm) => norm > 0).length / Math.max(1, norms.length);
  }

  #showEpoch(record: EpochRecord): void {
    this.#epochs = [...this.#epochs, record];
    this.#plot.update(this.#epochs);
    this.#showFacts();
    this.#show();
  }

  #showResult(result: TrainedResult): void {
    const { file } = result;
    const save = (): void => saveFile(file.name, new Blob([new Uint8Array(file.bytes)]));
    const use = (): void => this.#options.onTrained(file);
    this.#tell(resultText(result));
    this.#outcome.replaceChildren(
      makeButton('Use this network in the simulator', use),
      makeButton('Save', save, { attributes: { 'aria-label': `Save ${file.name}` } }),
    );
  }

  /** Shows what can be done now. */
  #show(): void {
    const isRunning = this.#stop !== undefined;
    const { start, stop, resume } = this.#form;
    this.#form.lock(isRunning);
    start.disabled = isRunning;
    stop.disabled = !isRunning || this.#stop?.signal.aborted === true;
    resume.disabled = isRunning || this.#begun?.checkpoint === undefined;
    this.#progress.hidden = !isRunning && this.#begun === undefined;
    if (this.#last === undefined) this.#progress.removeAttribute('value');
    this.#plotBox.hidden = this.#epochs.length === 0;
  }

  #tell(text: string): void {
    this.#message.classList.remove('mars-train-error');
    this.#message.textContent = text;
  }

  #tellError(error: unknown): void {
    this.#message.textContent =
      error instanceof CimError ? error.message : `This is a bug in mars-cim: ${String(error)}`;
    this.#message.classList.add('mars-train-error');
  }
}

const introduction = (): string =>
  `Trains in this browser, on ${defaultThreads() === 1 ? 'one processor thread' : `${defaultThreads()} processor threads`}: group lasso makes whole groups of weights zero, which the chip then neither stores nor computes. 10,000 of MNIST’s 60,000 training images come with this page; give the two files of the data set to train on more.`;
