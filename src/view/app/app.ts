// The page: settings and views, stage by stage, and a run in the worker. The address says both again.

import './app.css';
import './stages.css';
import './own-files.css';
import './print.css';
import '../ui/styles.css';
import { assert, CimError, hasKind } from '../../core/errors.ts';
import { oneOf, parseValue } from '../../settings/kinds.ts';
import { defaultSettings, type RunSettings } from '../../settings/run-settings.ts';
import type { Report } from '../../report/report.ts';
import { openEngine } from '../engine/open-engine.ts';
import { makeButton, make } from '../ui/make-element.ts';
import { readAddress, writeAddress } from './address.ts';
import { makeDenseComparer } from './after-run.ts';
import { makeChangesList } from './changes-list.ts';
import { doneText } from './done-text.ts';
import type { GivenFiles } from './given-files.ts';
import { takeDroppedFiles } from './drop-zone.ts';
import { makeFigureStrip } from './figure-strip.ts';
import { makeFooter } from './footer.ts';
import { makeFileIntake } from './file-intake.ts';
import { makeRunForm, type Wanted } from './form.ts';
import { type KnownResult, KnownResults } from './known-results.ts';
import { arrivalImages, makePresets } from './presets.ts';
import { makeResults } from './results.ts';
import { openRunStore } from './run-store.ts';
import type { GivenReport } from './runs-panel.ts';
import { makeRunStatus } from './run-status.ts';
import { offerToCommandLine } from './offer-to-command-line.ts';
import { stages, viewNames } from './stages.ts';

offerToCommandLine();

const place = document.querySelector('main');
assert(place !== null, 'the page has a main element');
const dataUrl = new URL('data/', document.baseURI);
const engine = openEngine(dataUrl.href);
const store = openRunStore();
const status = makeRunStatus();
const known = new KnownResults((id) => engine.forget(id));
/** The run that is shown, and what it is compared with. */
let shown: KnownResult | undefined;
let previous: Report | undefined;
let pinned: Report | undefined;
/** What the form said when that run was asked for. */
let shownText = '';
let stop: AbortController | undefined;
/** What the form said when the run that goes on was asked for; undefined where the page began it by itself. */
let runningText: string | undefined;
/** How many runs have been asked for and have not ended, errors included. */
let going = 0;

const form = makeRunForm({
  onFiles: (files) => takeFiles(files),
  onChange: () => showForm(),
  onStage: (stage) => results.show(stage),
});
const changes = makeChangesList((stage) => results.show(stage));
const strip = makeFigureStrip({
  onAsk: (path) => void explain(path),
  onPin: () => {
    pinned = pinned ? undefined : shown?.result.report;
    showFigures();
  },
});
const comparer = makeDenseComparer(() => openEngine(dataUrl.href));
const results = makeResults({
  engine,
  experiments: {
    settings: async () => (await form.read()).settings,
    filesOf: (settings) => form.filesOf(settings),
    askForFiles: () => form.askForFiles(),
    open: (settings) => {
      form.fill(settings);
      results.show('report');
      void submit();
    },
  },
  comparer,
  store,
  ask: (path) => void explain(path),
  askAbout: (path, given) => void explainKept(path, given),
  reuse: (settings) => form.fill(settings),
  dataUrl,
  simulate: (network) => {
    known.clear(shown?.result);
    form.addFiles({ network });
    results.show('report');
    void submit();
  },
  onView: showAddress,
  onStage: (stage) => {
    form.showStage(stage);
    place.dataset['stage'] = stage.name;
  },
});
const intake = makeFileIntake({
  add: (files) => {
    // A file of the same name may be another one.
    known.clear(shown?.result);
    form.addFiles(files);
  },
  addReport: (report) => results.addReport(report),
  addMetrics: (metrics) => results.addMetrics(metrics),
  addExperiment: (files) => results.addExperiment(files),
  done: (problems) => {
    if (problems.length > 0) status.refuse(problems.join('\n'));
    else {
      status.refuse('');
      form.clearErrors();
    }
  },
});

/** Settles when every file that was given has been read. */
let filesRead: Promise<unknown> = Promise.resolve();
function takeFiles(given: GivenFiles | Promise<GivenFiles>): void {
  filesRead = Promise.all([filesRead, intake(given)]);
}

const runButton = make('button', {
  class: 'mars-button primary',
  text: 'Run',
  attributes: { type: 'submit', form: 'controls' },
});
const cancelButton = makeButton('Cancel', () => stop?.abort());
cancelButton.disabled = true;
const settings = make('details', { class: 'settings' }, [
  make('summary', { text: 'Settings of this stage' }),
  form.element,
]);
// Beside the views there is room for them; above them, on a phone, they would push those away.
settings.open = matchMedia('(width >= 52rem)').matches;
const formElement = make(
  'form',
  { class: 'controls', attributes: { id: 'controls', 'aria-label': 'Settings of the run' } },
  [settings],
);
formElement.noValidate = true;
const stays = make('div', { class: 'top' }, [
  results.line,
  make('div', { class: 'strip-row' }, [
    strip.element,
    make('div', { class: 'run-buttons' }, [runButton, cancelButton]),
  ]),
]);
new ResizeObserver(() => {
  place.style.setProperty('--top-height', `${stays.offsetHeight}px`);
}).observe(stays);
place.replaceChildren(
  makePresets(
    (chosen) => {
      form.fill(chosen);
      void submit();
    },
    () => form.askForFiles(),
  ),
  stays,
  make('div', { class: 'run-line' }, [
    make('div', { class: 'run-subject' }, [strip.run, changes.element]),
    status.element,
  ]),
  make('div', { class: 'workspace' }, [formElement, results.panels]),
);
const footer = makeFooter();
document.body.append(footer.element);

formElement.addEventListener('submit', (event) => {
  event.preventDefault();
  void submit();
});
globalThis.addEventListener('popstate', () => void openAddress());
takeDroppedFiles(takeFiles);
form.fill(defaultSettings);
void openAddress();

/** Does what the address says; where it says no run, a small one, so that there is something to see. */
async function openAddress(): Promise<void> {
  begin();
  try {
    const { settings, view, runs } = readAddress(location.search);
    const wanted = runs ? settings : { ...settings, images: arrivalImages };
    form.fill(wanted);
    const first = stages[0]?.name ?? '';
    results.show(
      view === undefined ? (runs ? 'report' : first) : parseValue('view', oneOf(viewNames), view),
    );
    if (runs) await runAgain(wanted);
    else await arrive(wanted);
  } catch (error) {
    tell(error);
  } finally {
    end();
  }
}

/** Says that the page is busy, from the press of a button on: also while files and settings are read. */
function begin(): void {
  going += 1;
  place?.setAttribute('aria-busy', 'true');
}

function end(): void {
  going -= 1;
  if (going === 0) place?.setAttribute('aria-busy', 'false');
}

/** Estimates first, which takes no time, so that every view has something; then simulates a few images. */
async function arrive(wanted: RunSettings): Promise<void> {
  const { settings, files } = await form.read();
  const text = form.text();
  const result = await engine.run({ ...settings, images: 0 }, files);
  if (stop || form.text() !== text) return;
  shownText = text;
  show({ result, files });
  await runAgain(wanted);
  previous = undefined;
  showFigures();
}

/** Shows what these settings gave before, else runs them. */
async function runAgain(settings: RunSettings): Promise<void> {
  const found = known.get(writeAddress(settings, undefined));
  if (!found) {
    await run(await form.read());
    return;
  }
  stop?.abort();
  comparer.stop();
  shownText = form.text();
  status.end(doneText(found.result));
  show(found);
}

/** Runs what is set, in place of a run that goes on with other settings, or that nobody asked for. */
async function submit(): Promise<void> {
  if (form.text() === runningText) return;
  begin();
  form.clearErrors();
  try {
    // Run may be pressed while a file is still being read: the run is with it.
    await filesRead;
    const wanted = await form.read();
    const address = writeAddress(wanted.settings, results.shown);
    if (address !== location.search) history.pushState(undefined, '', address);
    await run(wanted, form.text());
  } catch (error) {
    tell(error);
  } finally {
    end();
  }
}

async function run({ settings, files }: Wanted, asked?: string): Promise<void> {
  stop?.abort();
  comparer.stop();
  const control = new AbortController();
  stop = control;
  runningText = asked;
  cancelButton.disabled = false;
  status.begin();
  const text = form.text();
  const started = performance.now();
  try {
    const options = {
      signal: control.signal,
      onProgress: status.progress,
      onPartial: status.partial,
    };
    const result = await engine.run(settings, files, options);
    shownText = text;
    known.add(writeAddress(settings, undefined), { result, files });
    status.end(doneText(result, (performance.now() - started) / 1000));
    show({ result, files });
    await results.keep(result, files);
  } catch (error) {
    if (stop === control) tell(error);
  } finally {
    if (stop === control) {
      runningText = undefined;
      cancelButton.disabled = true;
    }
  }
}

/** Shows a result in strip and views. */
function show(next: KnownResult): void {
  previous = shown?.result.report;
  shown = next;
  showFigures();
  showForm();
  footer.show(next.result.report);
  results.take(next.result, next.files);
}

function showFigures(): void {
  if (shown) strip.show({ report: shown.result.report, previous, pinned });
}

/** Shows what differs from the defaults, and whether the figures are of other settings. */
function showForm(): void {
  changes.show(form.changes());
  results.followSettings();
  strip.setStale(shown !== undefined && form.text() !== shownText);
}

async function explain(path: string): Promise<void> {
  if (!shown) return;
  const { result } = shown;
  const { openExplanation } = await import('./explain-dialog.ts');
  openExplanation(() => Promise.resolve({ engine, result }), path);
}

/** Of a report that was kept, or came as a file: its job is laid out again, without images. */
async function explainKept(path: string, { report, settings }: GivenReport): Promise<void> {
  const { openExplanation } = await import('./explain-dialog.ts');
  openExplanation(async () => {
    if (!settings)
      throw new CimError('input', {
        what: 'a report that came as a file does not say all that its formulas need',
        todo: 'run its command here, and press the figure of that run',
      });
    const { result } = known.get(writeAddress(settings, undefined)) ?? {
      result: await engine.run({ ...settings, images: 0 }, form.filesOf(settings)),
    };
    return { engine, result: { ...result, report } };
  }, path);
}

/** Tells an error beside the control that it belongs to, else under the progress bar. */
function tell(error: unknown): void {
  if (hasKind(error, 'cancelled')) {
    status.fail('');
    status.end('Cancelled.');
    return;
  }
  const isKnown = error instanceof CimError;
  if (isKnown) form.showError(error);
  status.fail(isKnown ? error.message : `This is a bug in mars-cim: ${String(error)}`);
}

/** Puts the view that is shown into the address. */
function showAddress(view: string): void {
  const text = new URLSearchParams(location.search);
  text.set('view', view);
  history.replaceState(undefined, '', `?${text}`);
}
