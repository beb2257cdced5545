// What a run is asked for, as plain data: the same words as the options of `mars run`, in the page's address, in the
// attributes of the element and in kept runs.

import { type IndexCoding, indexCodings } from '../../mapping/index-coding.ts';
import { type Balance, balances } from '../../mapping/place-tiles.ts';
import { CimError } from '../../core/errors.ts';
import { chipWords, type settingWords } from './setting-words.ts';

/** Settings of a run. A page's own files come beside them, in `UserFiles`. */
export interface RunSettings {
  /** A network that comes with the page, trained or built from code; with a network file, the file's name. */
  readonly network: string;
  /** Test images to simulate, 0 ... 10000. 0: none; cycles and energy are estimated from the mapping. */
  readonly images: number;
  /** Name of a chip; with a chip file, the file's name. */
  readonly chip: string;
  /** Changed values of the chip, such as `adc.bits=5`. */
  readonly set: readonly string[];
  /** 2 ... 8; undefined: what the network was trained for, or the chip's. */
  readonly weightBits: number | undefined;
  /** 1 ... 8; undefined: as above. */
  readonly activationBits: number | undefined;
  /** Share of the weight groups to prune, 0 ... 1; undefined: what the network was trained for. */
  readonly prunedGroups: number | undefined;
  /** Scale of the illustrative density profile, 0 ... 100; undefined: none. Excludes `prunedGroups`. */
  readonly densityProfile: number | undefined;
  readonly indexCoding: IndexCoding;
  readonly balance: Balance;
  /** Seed of everything random, 0 ... 2^32 - 1. */
  readonly seed: number;
  /**
   * What a person's own images are called, as `imagesName` makes it; undefined: the test set of the network. The command
   * line has no word for it.
   */
  readonly ownImages?: string | undefined;
}

/** What an empty address means: the network that comes trained, on 500 images, as `mars run` does. */
export const defaultSettings: RunSettings = {
  network: 'mnist-cnn',
  images: 500,
  chip: 'mars',
  set: [],
  weightBits: undefined,
  activationBits: undefined,
  prunedGroups: undefined,
  densityProfile: undefined,
  indexCoding: 'absolute',
  balance: 'none',
  seed: 1,
};

/** The word of an address for {@link RunSettings.ownImages}. */
export const ownImagesWord = 'own-images';

/** Most images of one run in a page: a whole test set. */
export const mostImages = 10000;

/**
 * Settings from text by option name, as an address or attributes have it; `set` may be there several times, and a short
 * word such as `adc-bits` wins over it. Words that are no settings are for whoever calls: see `checkWords`.
 * @throws {CimError} (usage) naming the option whose value is not permitted
 */
export function readSettings(text: URLSearchParams): RunSettings {
  const optional = (name: string, range: NumberRange): number | undefined => {
    const value = text.get(name);
    return value === null || value === '' ? undefined : readNumber(name, value, range);
  };
  const choice = <T extends string>(name: string, from: readonly T[], usual: T): T => {
    const value = text.get(name) ?? usual;
    const found = from.find((one) => one === value);
    if (found === undefined) throw notPermitted(name, value, `one of ${from.join(', ')}`);
    return found;
  };
  const settings: RunSettings = {
    network: text.get('network') ?? defaultSettings.network,
    images: optional('images', { low: 0, high: mostImages, whole: true }) ?? defaultSettings.images,
    chip: text.get('chip') ?? defaultSettings.chip,
    set: [...text.getAll('set'), ...setByWords(text)],
    weightBits: optional('weight-bits', { low: 2, high: 8, whole: true }),
    activationBits: optional('activation-bits', { low: 1, high: 8, whole: true }),
    prunedGroups: optional('pruned-groups', { low: 0, high: 1, whole: false }),
    densityProfile: optional('density-profile', { low: 0, high: 100, whole: false }),
    indexCoding: choice('index-coding', indexCodings, defaultSettings.indexCoding),
    balance: choice('balance', balances, defaultSettings.balance),
    seed: optional('seed', { low: 0, high: 2 ** 32 - 1, whole: true }) ?? defaultSettings.seed,
    ...(text.get(ownImagesWord) ? { ownImages: text.get(ownImagesWord) ?? undefined } : {}),
  };
  if (settings.prunedGroups !== undefined && settings.densityProfile !== undefined)
    throw new CimError('usage', {
      what: 'pruned-groups and density-profile exclude each other',
      where: 'density-profile',
      todo: 'say once which groups are kept',
    });
  return settings;
}

/** What the short words change, as `path=value`; empty ones count as absent. */
function setByWords(text: URLSearchParams): readonly string[] {
  return Object.entries(chipWords).flatMap(([name, path]) => {
    const value = text.get(name)?.trim() ?? '';
    if (value === '') return [];
    if (/[\s=]/.test(value)) throw notPermitted(name, value, `one value, for ${path}`);
    return [`${path}=${value}`];
  });
}

/** Inverse of {@link readSettings}: only what differs from {@link defaultSettings}. */
export function writeSettings(settings: RunSettings): URLSearchParams {
  const text = new URLSearchParams();
  for (const [name, key] of Object.entries(singleOptions)) {
    const value = settings[key];
    if (value !== undefined && value !== defaultSettings[key]) text.set(name, String(value));
  }
  for (const one of settings.set) text.append('set', one);
  return text;
}

/**
 * The command that does the same on the command line. A person's own images have no option: a comment of the shell names
 * them.
 */
export function commandLine(settings: RunSettings): string {
  const command = settings.images === 0 ? 'mars estimate' : 'mars run';
  const options = [...writeSettings(settings)].filter(
    ([name]) => name !== ownImagesWord && (settings.images > 0 || name !== 'images'),
  );
  const { ownImages } = settings;
  const note = ownImages === undefined ? [] : [`# on your images: ${oneLine(ownImages)}`];
  const words = options.map(([name, value]) => `--${name} ${quoted(value)}`);
  return [command, ...words, ...note].join(' ');
}

const quoted = (value: string): string =>
  /^[\w.=/-]+$/.test(value) ? value : `'${oneLine(value).replaceAll("'", String.raw`'\''`)}'`;
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}/gu, ' ');

/** Options that are there once at most, by name. */
const singleOptions = {
  network: 'network',
  images: 'images',
  chip: 'chip',
  'weight-bits': 'weightBits',
  'activation-bits': 'activationBits',
  'pruned-groups': 'prunedGroups',
  'density-profile': 'densityProfile',
  'index-coding': 'indexCoding',
  balance: 'balance',
  seed: 'seed',
  'own-images': 'ownImages',
} as const satisfies Readonly<
  Record<(typeof settingWords)[number] | typeof ownImagesWord, keyof RunSettings>
>;

interface NumberRange {
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
}

function readNumber(name: string, text: string, { low, high, whole }: NumberRange): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= low && value <= high) || (whole && !Number.isInteger(value)))
    throw notPermitted(name, text, `a ${whole ? 'whole ' : ''}number from ${low} to ${high}`);
  return value;
}

const notPermitted = (name: string, value: string, wanted: string): CimError =>
  new CimError('usage', {
    what: `"${value}" is not permitted`,
    where: name,
    todo: `wanted: ${wanted}`,
  });
