// The plan in the page: presets, fields, and its JSON, which all change the same plan.

import { CimError } from '../../../core/errors.ts';
import { countOf } from '../../../core/words.ts';
import { type Experiment, expandPlan } from '../../../experiment/expand-plan.ts';
import { type PlanFile, planText, readPlan } from '../../../experiment/plan.ts';
import { chipValues } from '../../../settings/chip-values.ts';
import { wholeNumber } from '../../../settings/kinds.ts';
import { type RunSettings, runSettings } from '../../../settings/run-settings.ts';
import { settingsIn } from '../../../settings/setting.ts';
import { type Field, makeField } from '../../ui/field.ts';
import { make, makeButton, setText } from '../../ui/make-element.ts';
import { axisFields, baseOf, fieldsOf, type PlanFields, planWith } from './plan-fields.ts';

/** The plan of the panel. */
export interface PlanEditor {
  readonly element: HTMLElement;
  readonly plan: PlanFile;
  /** Shows a plan that was given, and its own base from now on. */
  give(plan: PlanFile): void;
  /** Takes over settings of the page as base, unless the plan has a base of its own. */
  follow(settings: RunSettings): void;
  /**
   * The points of the plan.
   * @throws {CimError} for what of it is not possible, which is also said in the panel
   */
  expand(): Experiment;
}

const presets: readonly (Pick<PlanFields, 'axes'> & {
  readonly label: string;
  readonly chips?: number;
})[] = [
  { label: 'ADC bits', axes: [{ path: 'adc.bits', values: '1..8' }] },
  { label: 'Read noise', axes: [{ path: 'noise.read', values: '0,0.1,0.2,0.3,0.5,0.75,1,1.5,2' }] },
  { label: 'Column offset', axes: [{ path: 'noise.offset', values: '0,0.25,0.5,1,1.5,2,3' }] },
  {
    label: 'ADC bits × read noise',
    chips: 3,
    axes: [
      { path: 'adc.bits', values: '3..6' },
      { path: 'noise.read', values: '0,0.2,0.5' },
    ],
  },
  {
    label: 'Cores × macros',
    axes: [
      { path: 'cores.count', values: '1,2,4,8' },
      { path: 'cores.macros', values: '1,2,4' },
    ],
  },
];

/** What may be an axis, for those who do not know the paths. */
const knownPaths: readonly string[] = [
  ...chipValues.map(({ path }) => path),
  ...settingsIn(runSettings, 'command line')
    .map(({ key }) => key)
    .filter((key) => !['set', 'data', 'chipSeed'].includes(key)),
];

/** Makes the editor. @param onPlan told that the plan is another one */
export const makePlanEditor = (onPlan: () => void): PlanEditor => new Editor(onPlan);

class Editor implements PlanEditor {
  readonly element: HTMLElement;
  plan: PlanFile = { version: 1, ...planOfPreset(0) };
  readonly #onPlan: () => void;
  readonly #axes: readonly { readonly path: Field; readonly values: Field }[];
  readonly #chips = makeField({
    name: 'plan-chips',
    label: 'Chip instances',
    range: { min: 1, max: 1e6, step: 1 },
  });
  readonly #images = makeField({
    name: 'plan-images',
    label: 'Images (0: estimate)',
    range: { min: 0, max: 1e7, step: 1 },
  });
  readonly #text = make('textarea', {
    class: 'plan-text',
    attributes: { rows: '14', spellcheck: 'false', id: 'plan-text', 'aria-label': 'Plan as JSON' },
  });
  readonly #count = make('p', { class: 'note plan-count', attributes: { role: 'status' } });
  readonly #error = make('p', { class: 'status-error', attributes: { role: 'alert' } });
  readonly #follows = makeButton('Base: the page’s settings', () => this.#followAgain());
  /** What the page has set, last told. */
  #settings: RunSettings | undefined;
  #hasOwnBase = false;
  /** Images that a person has typed here. */
  #typedImages: number | undefined;

  constructor(onPlan: () => void) {
    this.#onPlan = onPlan;
    const list = make(
      'datalist',
      { attributes: { id: 'plan-paths' } },
      knownPaths.map((path) => make('option', { attributes: { value: path } })),
    );
    this.#axes = Array.from({ length: axisFields }, (_, i) => axisOf(i + 1));
    this.element = make('div', { class: 'plan' }, [
      list,
      this.#presetRow(),
      make('div', { class: 'plan-fields' }, [
        ...this.#axes.flatMap(({ path, values }) => [path.element, values.element]),
        this.#chips.element,
        this.#images.element,
      ]),
      this.#count,
      this.#error,
      make('details', {}, [
        make('summary', { text: 'The plan as JSON' }),
        make('p', {
          class: 'note',
          text: 'What mars sweep plan.json runs: settings that every point has (base), axes (grid, zip, list), chip instances (chips), points to leave out (exclude), what to compare with (baseline).',
        }),
        this.#text,
        make('div', { class: 'row' }, [this.#follows]),
      ]),
    ]);
    for (const { input } of [
      ...this.#axes.flatMap(({ path, values }) => [path, values]),
      this.#chips,
    ])
      input.addEventListener('change', () => this.#takeFields());
    this.#images.input.addEventListener('change', () => this.#takeImages());
    this.#text.addEventListener('change', () => this.#takeText());
    this.#show();
  }

  give(plan: PlanFile): void {
    this.plan = plan;
    this.#hasOwnBase = true;
    this.#show();
  }

  follow(settings: RunSettings): void {
    this.#settings = settings;
    if (!this.#hasOwnBase) this.#takeBase();
  }

  expand(): Experiment {
    try {
      const experiment = expandPlan(this.plan);
      this.#error.textContent = '';
      return experiment;
    } catch (error) {
      this.#tell(error);
      throw error;
    }
  }

  #presetRow(): HTMLElement {
    const buttons = presets.map(({ label }, i) =>
      makeButton(label, () => {
        this.plan = { ...this.plan, exclude: undefined, baseline: undefined, ...planOfPreset(i) };
        this.#show();
        this.#onPlan();
      }),
    );
    return make('div', { class: 'row', attributes: { role: 'group', 'aria-label': 'Presets' } }, [
      make('span', { class: 'note', text: 'Vary' }),
      ...buttons,
    ]);
  }

  #followAgain(): void {
    this.#hasOwnBase = false;
    this.#typedImages = undefined;
    this.#takeBase();
    this.#onPlan();
  }

  #takeBase(): void {
    if (!this.#settings) return;
    const base = baseOf(this.#settings);
    const images = this.#typedImages ?? this.#settings.images;
    this.plan = { ...this.plan, base: { ...base, images } };
    this.#show();
  }

  #takeFields(): void {
    const chips = readNumber(this.#chips, 1, 1e6);
    if (chips === undefined) return;
    const axes = this.#axes.map(({ path, values }) => ({
      path: path.input.value.trim(),
      values: values.input.value.trim(),
    }));
    this.plan = planWith(this.plan, { axes, chips });
    this.#show();
    this.#onPlan();
  }

  #takeImages(): void {
    const images = readNumber(this.#images, 0, 1e7);
    if (images === undefined) return;
    this.#typedImages = images;
    this.plan = { ...this.plan, base: { ...this.plan.base, images } };
    this.#show();
    this.#onPlan();
  }

  #takeText(): void {
    try {
      this.plan = readPlan(this.#text.value, 'plan');
    } catch (error) {
      this.#tell(error);
      return;
    }
    this.#hasOwnBase = true;
    this.#show();
    this.#onPlan();
  }

  /** Shows the plan everywhere, and how much work it is. */
  #show(): void {
    const { plan } = this;
    const fields = fieldsOf(plan);
    this.#axes.forEach(({ path, values }, i) => {
      const axis = fields?.axes[i];
      path.input.value = axis?.path ?? '';
      values.input.value = axis?.values ?? '';
      for (const { input } of [path, values]) input.disabled = fields === undefined;
    });
    this.#chips.input.value = String(plan.chips ?? 1);
    this.#images.input.value = String(plan.base?.['images'] ?? 500);
    this.#text.value = planText(plan);
    this.#follows.disabled = !this.#hasOwnBase && this.#typedImages === undefined;
    setText(this.#count, '');
    try {
      setText(this.#count, this.#workText(this.expand(), fields));
    } catch (error) {
      if (!(error instanceof CimError)) throw error;
    }
  }

  #workText({ points }: Experiment, fields: PlanFields | undefined): string {
    const images = points.reduce((sum, { settings }) => sum + settings.images, 0);
    const what = images === 0 ? 'estimates, without images' : `${countOf(images, 'image')} in all`;
    const base = this.#hasOwnBase ? 'Base: the plan’s own settings' : 'Base: the page’s settings';
    const hidden = fields ? '' : ' Its axes are in the JSON below.';
    return `${countOf(points.length, 'point')}, ${what}. ${base}.${hidden}`;
  }

  #tell(error: unknown): void {
    setText(this.#error, error instanceof CimError ? error.message : String(error));
  }
}

function planOfPreset(index: number): Pick<PlanFile, 'axes' | 'chips'> {
  const preset = presets[index];
  const { axes, chips } = planWith(
    { version: 1 },
    { axes: preset?.axes ?? [], chips: preset?.chips ?? 1 },
  );
  return { axes, chips };
}

function axisOf(number: number): { readonly path: Field; readonly values: Field } {
  return {
    path: makeField({
      name: `axis-${number}`,
      label: number === 1 ? 'Vary' : 'And vary',
      type: 'text',
      placeholder: number === 1 ? 'adc.bits' : 'nothing else',
      attributes: { list: 'plan-paths', autocomplete: 'off' },
    }),
    values: makeField({
      name: `values-${number}`,
      label: `Values of axis ${number}`,
      type: 'text',
      placeholder: '3..6 or 0,0.1,0.2',
      attributes: { autocomplete: 'off' },
    }),
  };
}

/** What a field says; undefined where that is not permitted, which then stands beside it. */
function readNumber(field: Field, least: number, most: number): number | undefined {
  const kind = wholeNumber(least, most);
  const value = kind.parse(field.input.value.trim());
  field.showError(value === undefined ? `must be ${kind.permitted}` : undefined);
  return value;
}
