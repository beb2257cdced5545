// The page: a form, a run in the worker, and the views of what came of it. The address says both again.

import './app.css';
import { countOf } from '../../core/words.ts';
import './own-files.css';
import '../ui/styles.css';
import { assert, CimError, hasKind } from '../../core/errors.ts';
import { oneOf, parseValue } from '../../settings/kinds.ts';
import { defaultSettings } from '../../settings/run-settings.ts';
import type { RunResult } from '../engine/engine.ts';
import { openEngine } from '../engine/open-engine.ts';
import { imagesOf, notIncluded } from '../engine/own-file-names.ts';
import { makeButton, make } from '../ui/make-element.ts';
import { readAddress, writeAddress } from './address.ts';
import { makeDenseComparer } from './after-run.ts';
import { makeFileIntake } from './file-intake.ts';
import { makeRunForm, type Wanted } from './form.ts';
import { makeResults } from './results.ts';
import { openRunStore } from './run-store.ts';
import { makeRunStatus } from './run-status.ts';
import { offerToCommandLine } from './offer-to-command-line.ts';

offerToCommandLine();

const place = document.querySelector('main');
assert(place !== null, 'the page has a main element');
const dataUrl = new URL('data/', document.baseURI);
const engine = openEngine(dataUrl.href);
const store = openRunStore();
const status = makeRunStatus();
const form = makeRunForm((files) => void takeFiles(files));
const comparer = makeDenseComparer(() => openEngine(dataUrl.href));
const results = makeResults({
  engine,
  comparer,
  store,
  reuse: (settings) => form.fill(settings),
  dataUrl,
  simulate: (network) => {
    form.addFiles({ network });
    results.show('headline');
    void submit();
  },
  show: showAddress,
});
const takeFiles = makeFileIntake({
  add: (files) => form.addFiles(files),
  addReport: (report) => results.addReport(report),
  addMetrics: (metrics) => results.addMetrics(metrics),
  done: (problems) => {
    if (problems.length > 0) status.refuse(problems.join('\n'));
    else {
      status.refuse('');
      form.clearErrors();
    }
  },
});
let stop: AbortController | undefined;

const runButton = make('button', {
  class: 'mars-button primary',
  text: 'Run',
  attributes: { type: 'submit' },
});
const cancelButton = makeButton('Cancel', () => stop?.abort());
cancelButton.disabled = true;
const formElement = make(
  'form',
  { class: 'controls', attributes: { id: 'controls', 'aria-label': 'Settings of the run' } },
  [form.element, make('div', { class: 'run-buttons' }, [runButton, cancelButton])],
);
formElement.noValidate = true;
place.replaceChildren(
  formElement,
  make('div', { class: 'results' }, [status.element, results.element]),
);

formElement.addEventListener('submit', (event) => {
  event.preventDefault();
  void submit();
});
globalThis.addEventListener('popstate', () => void openAddress());
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  void takeFiles([...(event.dataTransfer?.files ?? [])]);
});
form.fill(defaultSettings);
void openAddress();

/** Does what the address says. */
async function openAddress(): Promise<void> {
  try {
    const { settings, view, runs } = readAddress(location.search);
    form.fill(settings);
    if (view !== undefined) results.show(parseValue('view', oneOf(results.names), view));
    if (runs) await submit();
  } catch (error) {
    tell(error);
  }
}

async function submit(): Promise<void> {
  form.clearErrors();
  let wanted: Wanted;
  try {
    wanted = await form.read();
  } catch (error) {
    tell(error);
    return;
  }
  const address = writeAddress(wanted.settings, results.shown);
  if (address !== location.search) history.pushState(undefined, '', address);
  await run(wanted);
}

async function run({ settings, files }: Wanted): Promise<void> {
  stop?.abort();
  comparer.stop();
  const control = new AbortController();
  stop = control;
  runButton.disabled = true;
  cancelButton.disabled = false;
  status.begin();
  const started = performance.now();
  try {
    const options = {
      signal: control.signal,
      onProgress: status.progress,
      onPartial: status.partial,
    };
    const result = await engine.run(settings, files, options);
    status.end(doneText(result, (performance.now() - started) / 1000));
    await results.take(result, files);
  } catch (error) {
    if (stop === control) tell(error);
  } finally {
    if (stop === control) {
      runButton.disabled = false;
      cancelButton.disabled = true;
    }
  }
}

function doneText({ settings, report, missingImages }: RunResult, seconds: number): string {
  const time = `in ${seconds.toFixed(1)} s`;
  if (missingImages !== undefined)
    return `Estimated ${time}, no images simulated: ${notIncluded(missingImages)}. Drop ${imagesOf(missingImages)} here, then run again.`;
  if (settings.images === 0) return `Estimated ${time}, no images simulated.`;
  const done = `${countOf(report.images, 'image')} on ${report.adapter} ${time}.`;
  if (report.backend !== 'reference') return done;
  return `${done} Neither WebGPU nor WebAssembly is available, so only the first images were simulated, in plain loops. The numbers are the same. For more images, use a current browser.`;
}

/** Tells an error beside the control that it belongs to, else under the progress bar. */
function tell(error: unknown): void {
  if (hasKind(error, 'cancelled')) {
    status.fail('');
    status.end('Cancelled.');
    return;
  }
  const isKnown = error instanceof CimError;
  if (isKnown && form.showError(error))
    status.fail(
      `The run cannot start: see the marked control.${error.todo === undefined ? '' : ` What to do: ${error.todo}.`}`,
    );
  else status.fail(isKnown ? error.message : `This is a bug in mars-cim: ${String(error)}`);
}

/** Puts the view that is shown into the address. */
function showAddress(view: string): void {
  const text = new URLSearchParams(location.search);
  text.set('view', view);
  history.replaceState(undefined, '', `?${text}`);
}
