// The custom element: runs a network on a simulated chip when it comes into view, and shows what came of it.

import { CimError } from '../../core/errors.ts';
import { oneOf, parseValue } from '../../settings/kinds.ts';
import type { RunSettings } from '../../settings/run-settings.ts';
import type { Engine, RunResult } from '../engine/engine.ts';
import { openEngine } from '../engine/open-engine.ts';
import { namingFiles } from '../engine/own-file-names.ts';
import { attributeNames, given, inAttributes, runKey, settingsOf } from './attributes.ts';
import { doneText, headingOf } from './chip-texts.ts';
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
  layer: text('layer'),
  heading: text('heading'),
  headingLevel: number('heading-level', 2),
  caption: text('caption'),
  controls: text('controls', 'shown'),
};

/** How far outside of what is seen an element counts as in view. */
const margin = '200px';

/**
 * `<mars-chip network="mnist-cnn" images="100" adc-bits="5"></mars-chip>`
 *
 * A run waits until the element is in view (`loading="eager"`: does not) and the page is not hidden; all elements of a
 * page share one engine, which does one run at a time. A run that has begun goes on when the element leaves the view.
 * A change of attributes cancels it and starts another in the next microtask; `view`, `layer`, `loading`, `heading`,
 * `heading-level`, `caption` and `controls` need no run. Removing the element cancels its run and frees what it holds; moving it does not.
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
  /** Name of the layer that `macro-op`, `sums` and `sparsity` show; by default one that is not trivial. */
  declare layer: string | undefined;
  /** Text of the heading; by default what is run on what. */
  declare heading: string | undefined;
  /** Line below the view; none by default. */
  declare caption: string | undefined;
  /** `shown` (default), or `none`: no heading, button and status, for figures in prose. */
  declare controls: string;
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
        this.#redraw().catch((error: unknown) => this.#refuse(error));
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
      try {
        this.#check();
      } catch (error) {
        // Once it is mended, the run is made.
        this.#key = undefined;
        throw error;
      }
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
    try {
      await this.#draw();
      signal.throwIfAborted();
      this.#setState('done', doneText(result));
    } catch (error) {
      signal.throwIfAborted();
      // Such as a view that needs images: another one may be drawn of the same run.
      this.#refuse(error);
      return;
    }
    this.#tell('result', result);
  }

  #label(): void {
    this.#frame?.setHeading(this.heading ?? headingOf(this), this.headingLevel);
    if (this.#frame) this.#frame.view.dataset['wanted'] = given(this, 'view') ?? 'headline';
    this.#frame?.setCaption(this.caption ?? '');
    this.#frame?.showControls(this.controls !== 'none');
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
    const draw = await views[name](last.result, last.engine, given(this, 'layer'));
    if (mine !== this.#draws) return;
    this.#shown?.destroy();
    view.dataset['view'] = name;
    this.#shown = draw(view);
  }

  /** @throws {CimError} (usage) for a view or for controls that there are not */
  #check(): void {
    viewNamed(given(this, 'view'));
    parseValue('controls', oneOf(['shown', 'none']), this.controls);
  }

  /** Draws what is known in another way; an error before is gone. */
  async #redraw(): Promise<void> {
    this.#check();
    await this.#draw();
    if (this.#state === 'failed' && this.#last) this.#setState('done', doneText(this.#last.result));
  }

  /** Another way to draw that there is not: what was run stays known. */
  #refuse(cause: unknown): void {
    this.#draws++;
    this.#shown?.destroy();
    this.#shown = undefined;
    this.#tellFailure(cause);
  }

  #fail(cause: unknown): void {
    this.#forget();
    this.#tellFailure(cause);
  }

  #tellFailure(cause: unknown): void {
    const caught = cause instanceof Error ? cause : new Error(String(cause));
    const error = caught instanceof CimError ? inAttributes(caught, this) : caught;
    const message =
      error instanceof CimError ? error.message : `This is a bug in mars-cim: ${error.message}`;
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
