import { describe, expect, it } from 'vitest';
import { mars, setChipValues } from '../../../src/chips/index.ts';
import {
  attributeNames,
  inAttributes,
  runKey,
  settingsOf,
} from '../../../src/view/element/attributes.ts';
import { defaultSettings } from '../../../src/settings/run-settings.ts';
import { chipPaths } from '../../../src/settings/settings-text.ts';
import { caught } from '../../support/caught.ts';

const element = (attributes: Readonly<Record<string, string>>) => ({
  getAttribute: (name: string) => attributes[name] ?? null,
  getAttributeNames: () => Object.keys(attributes),
});

describe('the attributes of the element', () => {
  it('mean the default run when there are none, or only empty ones', () => {
    const empty = Object.fromEntries(attributeNames.map((name) => [name, ' ']));

    expect(settingsOf(element({}))).toEqual(defaultSettings);
    expect(settingsOf(element(empty))).toEqual(defaultSettings);
  });

  it('split `set` at white space and let a short form win over it', () => {
    const { set } = settingsOf(element({ set: ' adc.bits=7\n cores.count=2 ', 'adc-bits': '5' }));

    expect(set).toEqual(['adc.bits=7', 'cores.count=2', 'adc.bits=5']);
    const chip = setChipValues(mars, set);
    expect([chip.adc.bits.value, chip.cores.count.value]).toEqual([5, 2]);
  });

  it.each([
    ['adc-bits', '3'],
    ['adc-step', '2'],
    ['read-noise', '0.5'],
    ['cores', '6'],
    ['macros', '4'],
    ['overlap', 'ideal'],
  ])('%s="%s" changes the one value of the chip that it stands for', (name, value) => {
    const { set } = settingsOf(element({ [name]: value }));
    const path = chipPaths[name]!.split('.');

    const changed: unknown = setChipValues(mars, set);
    const at = path.reduce((node, key) => (node as Record<string, unknown>)[key], changed);

    expect(String((at as { value: unknown }).value)).toBe(value);
  });

  it('name the attribute that gave the chip a value that it cannot have', () => {
    const chip = element({ 'adc-bits': '12' });
    const error = caught(() => setChipValues(mars, settingsOf(chip).set));

    expect(error.where).toContain('adc.bits.value');
    expect(inAttributes(error, chip).message).toMatch(/^adc-bits: must be .*, not 12/);
    expect(inAttributes(error, element({}))).toBe(error);
  });

  it('name the attribute whose value is not permitted', () => {
    expect(caught(() => settingsOf(element({ images: '-1' }))).message).toBe(
      'images: must be a whole number from 0 to 10000000, not "-1"',
    );
    expect(caught(() => settingsOf(element({ cores: '2 adc.bits=1' }))).message).toBe(
      'cores: must be one value, for cores.count, not "2 adc.bits=1"',
    );
  });

  it.each([
    [
      'adc-bit',
      '"adc-bit" is not a setting; did you mean adc-bits? known: network, resize, images',
    ],
    ['adcbits', 'did you mean adc-bits?'],
    ['image', 'did you mean images?'],
    ['weightbits', 'did you mean weight-bits?'],
    ['adc.bits', 'did you mean set=adc.bits=…?'],
  ])('%s is a slip, refused by name with the right word', (name, message) => {
    expect(caught(() => settingsOf(element({ [name]: '4' }))).message).toContain(message);
  });

  it('leave alone what HTML and frameworks add', () => {
    const names = 'id class style slot part lang title hidden role tabindex data-set aria-label ';
    const added = `${names}_ngcontent-abc-1 v-cloak x-data @click wire:id onclick nonce is dir`;

    const there = Object.fromEntries(added.split(' ').map((name) => [name, '']));
    expect(settingsOf(element(there))).toEqual(defaultSettings);
  });

  it('make another run when any but the look changes', () => {
    const keys = attributeNames.map((name) => runKey(element({ [name]: '1' })));

    const same = attributeNames.filter((_, i) => keys[i] === runKey(element({})));
    expect(same).toEqual([
      'view',
      'layer',
      'loading',
      'heading',
      'heading-level',
      'caption',
      'controls',
    ]);
    expect(new Set(keys).size).toBe(attributeNames.length - same.length + 1);
  });
});
