// Every setting means the same wherever a person gives it: an option, a word of an address, a control, an attribute.

import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addImageOptions, addJobOptions } from '../../src/cli/options.ts';
import { addTrainOptions } from '../../src/cli/train-flags.ts';
import { chipValues } from '../../src/settings/chip-values.ts';
import type { Kind } from '../../src/settings/kinds.ts';
import { defaultSettings, type RunSettings, runSettings } from '../../src/settings/run-settings.ts';
import { type AnySetting, nameOf, settingsIn, type Surface } from '../../src/settings/setting.ts';
import { chipPaths, commandLine } from '../../src/settings/settings-text.ts';
import { type NamedText, readTable } from '../../src/settings/table-text.ts';
import {
  defaultTrainSettings,
  trainingCommand,
  type TrainSettings,
  trainSettings,
} from '../../src/settings/train-settings.ts';
import { readAddress, writeAddress } from '../../src/view/app/address.ts';
import { settingsOf } from '../../src/view/element/attributes.ts';
import { settingProperties } from '../../src/view/element/setting-properties.ts';
import { caught } from '../support/caught.ts';

type Values = Readonly<Record<string, unknown>>;

/** The options of a command, as commander gives them. */
const optionsOf = (command: Command, words: readonly string[]): Values =>
  command
    .exitOverride()
    .parse([...words], { from: 'user' })
    .opts();

/** How each surface reads texts by name. */
const readers: Readonly<Record<Surface, (texts: readonly NamedText[]) => Values>> = {
  'command line': (texts) =>
    optionsOf(
      addImageOptions(addJobOptions(new Command('run'))),
      texts.flatMap(([name, text]) => [`--${name}`, text]),
    ),
  page: (texts) => {
    const query = new URLSearchParams();
    for (const [name, text] of texts) query.append(name, text);
    return { ...readAddress(`?${String(query)}`).settings };
  },
  element: (texts) => ({
    ...settingsOf({
      getAttribute: (name) =>
        texts.some(([one]) => one === name)
          ? texts.flatMap(([one, text]) => (one === name ? [text] : [])).join(' ')
          : null,
      getAttributeNames: () => texts.map(([name]) => name),
    }),
  }),
};

/** Texts that a kind permits, the ends of its range among them. */
function permittedTexts({ choices, range }: Kind<unknown>): readonly string[] {
  if (choices) return choices;
  if (!range) return ['resnet20', './a/file.json'];
  const middle = range.isWhole ? Math.round((range.min + range.max) / 2) : range.max * 0.3;
  return [range.min, range.max, middle].map(String);
}

/** Texts that a kind does not permit. */
function badTexts({ choices, range }: Kind<unknown>): readonly string[] {
  if (choices) return ['nonsense', `${choices[0]} `.toUpperCase(), '1'];
  if (!range) return [];
  const outside = [range.min - 1, range.max + 1].map(String);
  return [...outside, ...(range.isWhole ? [String(range.min + 0.5)] : []), 'many', 'NaN', '0x'];
}

const runEntries = settingsIn(runSettings).map((setting): [string, AnySetting] => [
  setting.name,
  setting,
]);

describe('a setting of a run', () => {
  it.each(runEntries)(
    '%s gives the same value for the same text on every surface',
    (_, setting) => {
      const { name, key, kind, isList, surfaces } = setting;
      const text = isList ? ['adc.bits=5', 'cores.count=2'] : permittedTexts(kind);
      expect(surfaces.length).toBeGreaterThan(0);

      for (const one of isList ? [text] : text.map((single) => [single])) {
        const texts = one.map((single): NamedText => [name, single]);
        const wanted = isList ? one : kind.parse(one[0]!);
        for (const surface of surfaces) {
          const read = readers[surface](texts);
          expect(read[key], `${surface}: ${one.join(' ')}`).toEqual(wanted);
          // And nothing else changes.
          const others: Values = { ...defaultSettings, ...read, [key]: undefined };
          expect(others, surface).toEqual({ ...defaultSettings, [key]: undefined });
        }
      }
    },
  );

  it.each(runEntries)('%s has the same default on every surface', (_, setting) => {
    for (const surface of setting.surfaces)
      expect(readers[surface]([])[setting.key], surface).toEqual(setting.default);
  });

  it.each(runEntries.filter(([, { kind }]) => badTexts(kind).length > 0))(
    '%s refuses the same texts in the same words on every surface',
    (name, { kind, surfaces }) => {
      for (const text of badTexts(kind)) {
        const messages = surfaces.map(
          (surface) => caught(() => readers[surface]([[name, text]])).message,
        );
        const [first] = messages;
        expect(first).toContain(`${name}: must be ${kind.permitted}, not "`);
        expect(new Set(messages).size, messages.join('\n')).toBe(1);
      }
    },
  );

  it.each(['pruned-groups', 'density-profile'])('%s knows what it excludes', (name) => {
    const other = name === 'pruned-groups' ? 'density-profile' : 'pruned-groups';
    const messages = (['page', 'element'] as const).map(
      (surface) =>
        caught(() =>
          readers[surface]([
            [name, '0.5'],
            [other, '0.25'],
          ]),
        ).message,
    );
    expect(new Set(messages)).toEqual(
      new Set(['density-profile: cannot be given with pruned-groups; use only one of them']),
    );
  });
});

/** Settings that differ from the defaults in one thing. */
const changed = (setting: AnySetting): readonly RunSettings[] => {
  const texts = setting.isList ? [] : permittedTexts(setting.kind);
  const values = setting.isList
    ? [[], ['adc.bits=5'], ['adc.bits=5', 'noise.read=0.25']]
    : texts.map((text) => setting.kind.parse(text));
  return values.map((value) => ({ ...defaultSettings, [setting.key]: value }));
};

describe('a link', () => {
  it.each(runEntries.filter(([, { surfaces }]) => surfaces.includes('page')))(
    'gives %s back',
    (_, setting) => {
      for (const settings of changed(setting))
        expect(readAddress(writeAddress(settings, undefined)).settings).toEqual(settings);
    },
  );
});

/** The words of a command line, as a POSIX shell splits it. */
const shellWords = (command: string): readonly string[] =>
  [...command.matchAll(/'((?:[^']|'\\'')*)'|(\S+)/g)].map(
    ([, inQuotes, plain]) => inQuotes?.replaceAll(String.raw`'\''`, "'") ?? plain ?? '',
  );

describe('the command that is printed', () => {
  it.each(runEntries.filter(([, { surfaces }]) => surfaces.includes('command line')))(
    'gives %s back',
    (_, setting) => {
      for (const settings of changed(setting)) {
        const [program, name, ...words] = shellWords(commandLine(settings));
        const read = optionsOf(addImageOptions(addJobOptions(new Command('run'))), words);

        expect([program, name]).toEqual(['mars', settings.images === 0 ? 'estimate' : 'run']);
        const images = name === 'estimate' ? { images: 0 } : {};
        expect({ ...defaultSettings, ...read, ...images }).toEqual(settings);
      }
    },
  );

  it('keeps texts together that a shell would take apart', () => {
    const network = `my 'best' network.safetensors`;
    const words = shellWords(commandLine({ ...defaultSettings, network }));
    expect(words).toEqual(['mars', 'run', '--network', network]);
  });
});

describe('a short word of the chip', () => {
  it.each(chipValues.flatMap(({ word, path }) => (word === undefined ? [] : [[word, path]])))(
    '%s changes %s in an address and in an attribute',
    (word, path) => {
      const name = nameOf(word);
      expect(chipPaths[name]).toBe(path);
      for (const surface of ['page', 'element'] as const)
        expect(readers[surface]([[name, '3']])['set']).toEqual([`${path}=3`]);
    },
  );
});

describe('the properties of the element', () => {
  it('are the settings that it has, and the short words of the chip', () => {
    const words = chipValues.flatMap(({ word }) => word ?? []);
    const keys = settingsIn(runSettings, 'element').map(({ key }) => key);

    expect(Object.keys(settingProperties)).toEqual([...keys, ...words]);
  });
});

const trainEntries = settingsIn(trainSettings).map((setting): [string, AnySetting] => [
  setting.name,
  setting,
]);
/** How the surfaces of a training read texts: the page has a form for it. */
const trainReaders: Readonly<Record<string, (texts: readonly NamedText[]) => Values>> = {
  'command line': (texts) =>
    optionsOf(
      addTrainOptions(new Command('train')),
      texts.flatMap(([name, text]) => [`--${name}`, text]),
    ),
  page: (texts) => ({ ...readTable(trainSettings, texts) }),
};

describe('a setting of a training', () => {
  it.each(trainEntries)('%s means the same on every surface', (name, setting) => {
    const { key, kind, surfaces } = setting;
    for (const surface of surfaces) {
      const read = trainReaders[surface]!;
      expect(read([])[key]).toEqual(setting.default);
      for (const text of permittedTexts(kind))
        expect(read([[name, text]])[key]).toEqual(setting.isList ? [text] : kind.parse(text));
      for (const text of badTexts(kind))
        expect(caught(() => read([[name, text]])).message).toBe(
          caught(() => readTable(trainSettings, [[name, text]])).message,
        );
    }
  });

  it.each(trainEntries)('%s comes back from the command that is printed', (_, setting) => {
    const { key, kind, isList } = setting;
    for (const text of permittedTexts(kind)) {
      const value = isList ? [text] : kind.parse(text);
      const settings: TrainSettings = { ...defaultTrainSettings, [key]: value };
      const [program, name, ...words] = shellWords(trainingCommand(settings));

      const read = optionsOf(addTrainOptions(new Command('train')), words);

      expect([program, name]).toEqual(['mars', 'train']);
      expect({ ...defaultTrainSettings, ...read }).toEqual(settings);
    }
  });
});
