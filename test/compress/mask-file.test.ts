import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMaskFile, writeMaskFile } from '../../src/compress/mask-file.ts';
import { caught } from '../support/caught.ts';
import { holds } from '../support/property.ts';

const layerName = fc.stringMatching(/^[a-z][\w.-]{0,12}$/);
const size = fc.integer({ min: 1, max: 64 });
const maskFile = fc.record({
  network: fc.string({ minLength: 1, maxLength: 20 }),
  shape: fc.record({ channels: size, kernels: size }),
  masks: fc
    .dictionary(layerName, fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 50 }))
    .map((layers) => new Map(Object.entries(layers).map(([k, v]) => [k, Uint8Array.from(v)]))),
});

const good = {
  version: 1,
  network: 'tour',
  shape: { channels: 16, kernels: 16 },
  layers: { main: '0110', fc: '' },
};

describe('the mask file', () => {
  it('gives back what was written', () => {
    holds(
      fc.property(maskFile, (file) => {
        expect(readMaskFile(writeMaskFile(file), 'masks.json')).toEqual(file);
      }),
    );
  });

  it('is JSON with a string of 0 and 1 per layer', () => {
    const masks = new Map([
      ['main', Uint8Array.of(0, 1, 1, 0)],
      ['fc', new Uint8Array()],
    ]);

    const text = writeMaskFile({ network: 'tour', shape: good.shape, masks });

    expect(JSON.parse(text)).toEqual(good);
    expect(text.endsWith('}\n')).toBe(true);
  });

  it.each([
    ['another version', { ...good, version: 2 }, 'version'],
    ['no network', { ...good, network: undefined }, 'network'],
    ['an empty network name', { ...good, network: '' }, 'network'],
    ['a group of no channels', { ...good, shape: { channels: 0, kernels: 16 } }, 'shape.channels'],
    ['half a kernel', { ...good, shape: { channels: 16, kernels: 0.5 } }, 'shape.kernels'],
    ['a 2', { ...good, layers: { main: '0120' } }, 'layers.main'],
    ['an array of bits', { ...good, layers: { main: [0, 1] } }, 'layers.main'],
    ['layers as a list', { ...good, layers: ['01'] }, 'layers'],
  ])('refuses %s, naming the field', (_, file, field) => {
    expect(caught(() => readMaskFile(JSON.stringify(file), 'masks.json'))).toMatchObject({
      kind: 'input',
      where: ['masks.json', field],
    });
  });

  it.each([
    ['what is not JSON', '{'],
    ['nothing', ''],
    ['a number', '7'],
    ['an unknown field', JSON.stringify({ ...good, turbo: 1 })],
  ])('refuses %s, naming the file', (_, text) => {
    const error = caught(() => readMaskFile(text, 'masks.json'));

    expect(error.kind).toBe('input');
    expect(error.where).toEqual(['masks.json']);
  });
});
