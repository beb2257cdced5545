import { describe, expect, it } from 'vitest';
import { readAddress, writeAddress } from '../../../src/view/app/address.ts';

describe('the page’s address', () => {
  it('asks for nothing where it is empty, or says a view alone', () => {
    expect(readAddress('').runs).toBe(false);
    expect(readAddress('?view=layers')).toMatchObject({ runs: false, view: 'layers' });
  });

  it('asks for a run once it has a setting', () => {
    expect(readAddress('?images=3').runs).toBe(true);
  });

  it('understands the short words of the element', () => {
    expect(readAddress('?adc-bits=4&cores=2&set=adc.bits=5').settings.set).toEqual([
      'adc.bits=5',
      'adc.bits=4',
      'cores.count=2',
    ]);
  });

  it.each([
    ['adc-bit=4', '"adc-bit" is not a setting; did you mean adc-bits?'],
    ['adc.bits=4', 'did you mean set=adc.bits=…?'],
    ['colour=red', '"colour" is not a setting; known: network, '],
    ['images=3&images=5', 'images: is given twice'],
    ['adc-bits=4=5', 'adc-bits: must be one value, for adc.bits, not "4=5"'],
  ])('refuses ?%s by name', (query, message) => {
    expect(() => readAddress(`?${query}`)).toThrow(message);
  });

  it('is written as it is read, and a default run can be told from none', () => {
    const { settings } = readAddress('?network=vgg16&set=adc.bits=5&images=0');
    expect(readAddress(writeAddress(settings, 'timeline'))).toEqual({
      settings,
      view: 'timeline',
      runs: true,
    });
    expect(readAddress(writeAddress(readAddress('').settings, undefined)).runs).toBe(true);
  });
});
