import { describe, expect, it } from 'vitest';
import { readAddress, writeAddress } from '../../../src/view/page/address.ts';

describe('the page’s address', () => {
  it('asks for nothing where it is empty, or says a view alone', () => {
    expect(readAddress('').runs).toBe(false);
    expect(readAddress('?view=layers')).toMatchObject({ runs: false, view: 'layers' });
  });

  it('asks for a run once it has a setting', () => {
    expect(readAddress('?images=3').runs).toBe(true);
  });

  it('is written as it is read, and a usual run can be told from none', () => {
    const { settings } = readAddress('?network=vgg16&set=adc.bits=5&images=0');
    expect(readAddress(writeAddress(settings, 'timeline'))).toEqual({
      settings,
      view: 'timeline',
      runs: true,
    });
    expect(readAddress(writeAddress(readAddress('').settings, undefined)).runs).toBe(true);
  });
});
