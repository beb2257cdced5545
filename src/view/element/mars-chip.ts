// The custom element: runs a network on a simulated chip when it comes into view, and shows what came of it.

import { CimError } from '../../core/errors.ts';
import { countOf } from '../../core/words.ts';
import type { RunSettings } from '../../settings/run-settings.ts';
import { chipPaths } from '../../settings/settings-text.ts';
import type { Engine, RunResult } from '../engine/engine.ts';
import { openEngine } from '../engine/open-engine.ts';
import { imagesOf, namingFiles, notIncluded } from '../engine/own-file-names.ts';
import { attributeNames, given, runKey, settingsOf, words } from './attributes.ts';
import { dataPlace } from './data-place.ts';
import { ElementBase } from './element-base.ts';
import { createEnginePool, type EngineHold, type EnginePool } from './engine-pool.ts';
import type { MarsChipEventMap, MarsChipEvents } from './events.ts';
import { type ChipState, createFrame, type Frame, sheetsOf } from './frame.ts';
import { reflectProperties, upgradeProperties } from './properties.ts';
import { type Reflected, settingProperties } from './setting-properties.ts';
import { fetchFiles } from './user-files.ts';
import { type ShownView, viewNamed, views } from './views.ts';

const text = (attribute: string, fallback?: string): Reflected => ({
  attribute,
  kind: 'text',
  fallback,
});
const number = (attribute: string, fallback?: number): Reflected => {
  return { attribute, kind: 'number', fallback };
};

const properties: Readonly<Record<string, Reflected>> = {
  ...settingProperties,
  view: text('view', 'headline'),
  data: text('data'),
  model: text('model'),
  loading: text('loading', 'lazy'),
  headingLevel: number('heading-level', 2),
};

/** How far outside of what is seen an element counts as in view. */
const margin = '200px';

/**
 * `<mars-chip network="mnist-cnn" images="100" adc-bits="5"></mars-chip>`
 *
 * A run waits until the element is in view (`loading="eager"`: does not) and the page is not hidden; all elements of a
 * page share one engine, which does one run at a time. A run that has begun goes on when the element leaves the view.
 * A change of attributes cancels it and starts another in the next microtask; `view`, `loading` and `heading-level` need
 * no run. Removing the element cancels its run and frees what it holds; moving it does not.
 *
 * Properties reflect the attributes: absent ones read as the default, or undefined where the chip or the network
 * decides; setting undefined removes the attribute.
 */
export class MarsChip extends ElementBase {
  /**
   * Address of a copy of the folder `data/` (trained networks, images), relative to the document; to be set before the
   * first run. Undefined by default: the files that come with this module, which most bundlers take along.
   */
  static dataUrl: string | URL | undefined;
  /** Who gives the engine, one for all elements; ended 3 s after the last element goes. Replaced in tests. */
  static engines: EnginePool = createEnginePool(() =>
    openEngine(dataPlace(MarsChip.dataUrl, document.baseURI)),
  );
  static readonly observedAttributes: readonly string[] = attributeNames;
  static {
    if (typeof document !== 'undefined') reflectProperties(this.prototype, properties);
  }

  /** What is shown: one of `viewNames`; `headline` by default. */
  declare view: string;
  /** Address of the images: a folder, which ends with a slash, or files with a space between them. */
  declare data: string | undefined;
  /** Address of a network file, in place of `network`. */
  declare model: string | undefined;
  /** `lazy` (default): a run waits until the element is in view; `eager`: only until the page is not hidden. */
  declare loading: string;
  /** Level of the element's heading in the outline of the page, 1 ... 6; 2 by default. */
  declare headingLevel: number;

  #frame: Frame | undefined;
  #observer: IntersectionObserver | undefined;
  #hold: EngineHold | undefined;
  #cancel: AbortController | undefined;
  #state: ChipState = 'waiting';
  #isInView = false;
  #isChangePending = false;
  #key: string | undefined;
  #last: { readonly result: RunResult; readonly engine: Engine } | undefined;
  #shown: ShownView | undefined;
  #draws = 0;

  /** What came of the run; undefined unless the state is `done`. */
  get result(): RunResult | undefined {
    return this.#state === 'done' ? this.#last?.result : undefined;
  }

  /** What the element is doing. */
  get state(): ChipState {
    return this.#state;
  }

  /** Called by the browser. @internal */
  connectedCallback(): void {
    upgradeProperties(this, Object.keys(properties));
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [...sheetsOf(this.ownerDocument)];
    this.#frame ??= createFrame(root, () => this.#press());
    this.#hold ??= MarsChip.engines.hold();
    this.#observe();
    this.ownerDocument.addEventListener('visibilitychange', this.#wake);
    this.#changed();
  }

  /** Called by the browser. @internal */
  disconnectedCallback(): void {
    this.#observer?.disconnect();
    this.#observer = undefined;
    this.ownerDocument.removeEventListener('visibilitychange', this.#wake);
    // A move is a removal with a connection right after it.
    queueMicrotask(() => {
      if (!this.isConnected) this.#free();
    });
  }

  /** Called by the browser. @internal */
  adoptedCallback(): void {
    if (this.shadowRoot) this.shadowRoot.adoptedStyleSheets = [...sheetsOf(this.ownerDocument)];
  }

  /** Called by the browser. @internal */
  attributeChangedCallback(): void {
    if (this.isConnected) this.#changed();
  }

  /** Runs again, with the attributes as they are; a run that is under way is cancelled first. */
  run(): void {
    if (this.isConnected) void this.#run();
  }

  /** Stops the run that waits or is under way; without one, does nothing. */
  cancel(): void {
    this.#cancel?.abort();
  }

  /** As of every element; for the events of {@link MarsChipEventMap} with their types. */
  override addEventListener<K extends keyof MarsChipEventMap>(
    type: K,
    listener: (this: MarsChip, event: MarsChipEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** As of every element. */
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener as EventListener, options);
  }

  /** As of every element; for the events of {@link MarsChipEventMap} with their types. */
  override removeEventListener<K extends keyof MarsChipEventMap>(
    type: K,
    listener: (this: MarsChip, event: MarsChipEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  /** As of every element. */
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener as EventListener, options);
  }

  readonly #wake = (): void => this.#hold?.wake();

  #observe(): void {
    this.#observer = new IntersectionObserver(
      (entries) => {
        this.#isInView = entries.at(-1)?.isIntersecting ?? false;
        this.#wake();
      },
      { rootMargin: margin },
    );
    this.#observer.observe(this);
  }

  readonly #isReady = (): boolean =>
    this.ownerDocument.visibilityState !== 'hidden' && (this.#isInView || this.loading === 'eager');

  /** Heeds all changes of one task at once. */
  #changed(): void {
    if (this.#isChangePending) return;
    this.#isChangePending = true;
    queueMicrotask(() => {
      this.#isChangePending = false;
      if (!this.isConnected) return;
      if (this.#key !== runKey(this)) void this.#run();
      else {
        this.#label();
        this.#draw().catch((error: unknown) => this.#fail(error));
      }
      this.#wake();
    });
  }

  #press(): void {
    if (this.#state === 'waiting' || this.#state === 'running') this.cancel();
    else this.run();
  }

  async #run(): Promise<void> {
    const before = this.#cancel;
    const cancel = new AbortController();
    this.#cancel = cancel;
    before?.abort();
    this.#key = runKey(this);
    this.#label();
    const { signal } = cancel;
    try {
      const settings = settingsOf(this);
      viewNamed(given(this, 'view'));
      this.#setState('waiting', 'Waiting for its turn.');
      await this.#hold?.run({
        isReady: this.#isReady,
        signal,
        start: (engine) => this.#simulate(engine, settings, signal),
      });
    } catch (error) {
      if (this.#cancel !== cancel) return;
      if (!signal.aborted) this.#fail(error);
      else {
        this.#forget();
        this.#setState('cancelled', 'Cancelled.');
      }
    }
  }

  async #simulate(engine: Engine, settings: RunSettings, signal: AbortSignal): Promise<void> {
    this.#setState('running', 'Running.');
    const addresses = { data: given(this, 'data'), model: given(this, 'model') };
    const files = await fetchFiles(addresses, this.ownerDocument.baseURI, {
      images: settings.images,
      signal,
    });
    const result = await engine.run(namingFiles(settings, files), files, {
      signal,
      onProgress: (progress) => {
        if (signal.aborted) return;
        this.#frame?.setProgress(progress);
        this.#tell('progress', progress);
      },
    });
    signal.throwIfAborted();
    this.#forgetRun();
    this.#last = { result, engine };
    await this.#draw();
    signal.throwIfAborted();
    this.#setState('done', doneText(result));
    this.#tell('result', result);
  }

  #label(): void {
    this.#frame?.setHeading(headingOf(this), this.headingLevel);
  }

  /**
   * Draws the last result. While a newer one is awaited the old one stays, so that nothing jumps.
   */
  async #draw(): Promise<void> {
    const last = this.#last;
    const mine = ++this.#draws;
    if (last === undefined || this.#frame === undefined) return;
    const { view } = this.#frame;
    const name = viewNamed(given(this, 'view'));
    const draw = await views[name](last.result, last.engine);
    if (mine !== this.#draws) return;
    this.#shown?.destroy();
    view.dataset['view'] = name;
    this.#shown = draw(view);
  }

  #fail(cause: unknown): void {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const message =
      error instanceof CimError ? error.message : `This is a bug in mars-cim: ${error.message}`;
    this.#forget();
    this.#setState('failed', message);
    this.#tell('error', { message, error });
  }

  #setState(state: ChipState, detail: string): void {
    this.#state = state;
    this.#frame?.setState(state, detail);
  }

  #tell<K extends keyof MarsChipEvents>(type: K, detail: MarsChipEvents[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #forget(): void {
    this.#draws++;
    this.#shown?.destroy();
    this.#shown = undefined;
    this.#forgetRun();
  }

  #forgetRun(): void {
    this.#last?.engine.forget(this.#last.result.id);
    this.#last = undefined;
  }

  #free(): void {
    const running = this.#cancel;
    this.#cancel = undefined;
    running?.abort();
    this.#forget();
    this.#key = undefined;
    this.#hold?.release();
    this.#hold = undefined;
  }
}

/** What runs, on what, and what of the chip is changed. */
function headingOf(element: MarsChip): string {
  const changed = [
    ...words(element.set),
    ...Object.entries(chipPaths).flatMap(([name, path]) => {
      const value = given(element, name);
      return value === undefined ? [] : [`${path}=${value}`];
    }),
  ];
  const [first, ...rest] = [`${element.model ?? element.network} on ${element.chip}`, ...changed];
  return rest.length === 0 ? first : `${first}, ${rest.join(', ')}`;
}

function doneText({ settings, report, missingImages }: RunResult): string {
  if (missingImages !== undefined)
    return `Estimated, no images simulated: ${notIncluded(missingImages)}. Set data to the address of ${imagesOf(missingImages)}.`;
  if (settings.images === 0) return 'Estimated from the mapping; nothing was simulated.';
  if (report.backend === 'reference' && report.images < settings.images)
    return `Done without WebGPU, and so on ${report.images} of ${countOf(settings.images, 'image')} only.`;
  return `Done: ${countOf(report.images, 'image')} on ${report.adapter}.`;
}
