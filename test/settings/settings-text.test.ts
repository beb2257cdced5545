import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { defaultSettings, type RunSettings } from '../../src/settings/run-settings.ts';
import { commandLine, readSettings, writeSettings } from '../../src/settings/settings-text.ts';

const read = (query: string): RunSettings => readSettings(new URLSearchParams(query));

/** Any settings that a person can ask for. */
const anySettings = fc.record({
  network: fc.constantFrom('mnist-cnn', 'vgg16', 'my network.safetensors'),
  dataset: fc.constantFrom(undefined, 'cifar10', 'my pictures'),
  resize: fc.constantFrom(undefined, 256),
  labels: fc.constantFrom(undefined, 'labels.txt'),
  data: fc.constantFrom(undefined, '/a/folder'),
  ownImages: fc.constantFrom(undefined, '7-a.png, 3-b.png'),
  floatImages: fc.constantFrom(undefined, 0, 3),
  groupMasks: fc.constant(undefined),
  inputNorm: fc.constantFrom(undefined, 'imagenet'),
  inputMean: fc.constantFrom(undefined, '0.5,0.25,0'),
  inputStd: fc.constant(undefined),
  inputRange: fc.constantFrom(undefined, 255),
  images: fc.integer({ min: 0, max: 1e7 }),
  chip: fc.constantFrom('mars', 'generic-sram'),
  set: fc.array(fc.constantFrom('adc.bits=5', 'noise.read=0.25', 'cores.count=16'), {
    maxLength: 3,
  }),
  weightBits: fc.option(fc.integer({ min: 2, max: 8 }), { nil: undefined }),
  activationBits: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
  prunedGroups: fc.option(fc.constantFrom(0, 0.25, 1), { nil: undefined }),
  densityProfile: fc.constant(undefined),
  indexCoding: fc.constantFrom(undefined, 'absolute', 'bitmap'),
  balance: fc.constantFrom('none', 'sorted', 'lpt'),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  chipSeed: fc.option(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { nil: undefined }),
}) as fc.Arbitrary<RunSettings>;

describe('settings of a run', () => {
  it('are those of `mars run` where an address says nothing', () => {
    expect(read('')).toEqual(defaultSettings);
    expect(writeSettings(defaultSettings)).toEqual([]);
  });

  it('survive the way through an address', () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const query = new URLSearchParams(
          writeSettings(settings).map(([name, text]): [string, string] => [name, text]),
        );
        expect(read(String(query))).toEqual(settings);
      }),
    );
  });

  it.each([
    ['images=-1', 'images'],
    ['images=1.5', 'images'],
    ['images=10000001', 'images'],
    ['weight-bits=9', 'weight-bits'],
    ['activation-bits=0', 'activation-bits'],
    ['pruned-groups=1.5', 'pruned-groups'],
    ['pruned-groups=x', 'pruned-groups'],
    ['balance=best', 'balance'],
    ['index-coding=zip', 'index-coding'],
    ['seed=4294967296', 'seed'],
    ['pruned-groups=0.5&density-profile=1', 'density-profile'],
  ])('refuse %s and name %s', (query, name) => {
    expect(() => read(query)).toThrow(expect.objectContaining({ where: [name] }));
  });

  it('are told as a command', () => {
    expect(commandLine(read('images=20&set=adc.bits=5&set=noise.read=0.1&balance=lpt'))).toBe(
      'mars run --images 20 --set adc.bits=5 --set noise.read=0.1 --balance lpt',
    );
    expect(commandLine(read('network=my net.safetensors&images=0'))).toBe(
      "mars estimate --network 'my net.safetensors'",
    );
  });
});
