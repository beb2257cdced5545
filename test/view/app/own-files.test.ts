// A person's own files: whatever is given, chosen and taken away, what runs is what form, address and command say.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChipSpec, chips, setChipValues } from '../../../src/chips/index.ts';
import type { Network } from '../../../src/network/network.ts';
import { writeNetworkFile } from '../../../src/network/io/network-file.ts';
import { estimate } from '../../../src/pipeline/estimate.ts';
import type { BundledData } from '../../../src/view/engine/bundled-data.ts';
import { folderName } from '../../../src/view/engine/own-folder.ts';
import type { NamedBytes, OwnFolder, UserFiles } from '../../../src/view/engine/user-files.ts';
import { imageTarget, loadMapJob } from '../../../src/settings/load-job.ts';
import { defaultSettings, type RunSettings } from '../../../src/settings/run-settings.ts';
import { commandLine } from '../../../src/settings/settings-text.ts';
import { pageSources } from '../../../src/view/engine/page-sources.ts';
import { imagesName } from '../../../src/view/engine/own-file-names.ts';
import { readAddress, writeAddress } from '../../../src/view/app/address.ts';
import { checkFiles, OwnFiles } from '../../../src/view/app/own-files.ts';
import { caughtEventually } from '../../support/caught.ts';
import { pixelFile } from '../../support/pixel-file.ts';
import { holdsEventually } from '../../support/property.ts';
import { conv, linear, networkOf } from '../../support/small-networks.ts';

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const chipFile = (name: string, bits: number): NamedBytes => {
  const chip: ChipSpec = { ...setChipValues(chips['mars']!, [`adc.bits=${bits}`]), name };
  return { name: `${name}.json`, bytes: bytesOf(chip) };
};
const network = (name: string): Network => ({
  ...networkOf(name, { height: 4, width: 4, channels: 1 }, 10, [
    conv({ name: 'conv', input: 'image', channels: 1, kernels: 8 }),
    linear({ name: 'fc', input: 'conv', inputs: 8 * 4 * 4, outputs: 10 }),
  ]),
  dataset: 'mnist',
});
const networkFile = (name: string): NamedBytes => ({
  name: `${name}.safetensors`,
  bytes: writeNetworkFile(network(name)),
});
const picture = (name: string): NamedBytes => ({ name, bytes: pixelFile(4, 4, 99) });
const folder = (name: string): OwnFolder => ({
  name,
  files: [{ path: '7/a.npy', source: new Blob([pixelFile(4, 4, 7)]) }],
});

/** Only files of a person run here; a network by name is one of these. */
const data = {
  file: () => Promise.resolve(writeNetworkFile(network('mnist-cnn'))),
} as unknown as BundledData;

const given: readonly UserFiles[] = [
  { chip: chipFile('chip-a', 5) },
  { chip: chipFile('chip-b', 3) },
  { chip: { ...chipFile('chip-c', 2), name: 'chip-a.json' } },
  { chip: { name: 'chip-bad.json', bytes: bytesOf({ hello: 1 }) } },
  { network: networkFile('net-a') },
  { network: networkFile('net-b') },
  { network: { ...networkFile('net-c'), name: 'mnist-cnn' } },
  { network: { name: 'net-bad.safetensors', bytes: bytesOf('no network') } },
  { images: [picture('7-a.npy'), picture('3-b.npy')] },
  { images: [picture('1-c.npy')] },
  { folder: folder('digits') },
  { folder: folder('other digits') },
];

const step = fc.oneof(
  fc.record({ kind: fc.constant('give' as const), files: fc.constantFrom(...given) }),
  fc.record({
    kind: fc.constant('choose' as const),
    control: fc.constantFrom('network' as const, 'chip' as const, 'own-images' as const),
    which: fc.nat({ max: 5 }),
  }),
  fc.record({ kind: fc.constant('remove' as const), which: fc.nat({ max: 5 }) }),
  fc.record({ kind: fc.constant('set' as const), bits: fc.constantFrom(undefined, 4, 7) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Bits of the ADC of a chip that has a uniform one. */
const bitsOf = ({ adc }: Pick<ChipSpec, 'adc'>): number =>
  adc.kind === 'table' ? 0 : adc.bits.value;

/** The form as a person sees it, and what a person knows of the files: name of each to what is in it. */
class Form {
  readonly own = new OwnFiles();
  readonly chips = new Map<string, { name: string; bits: number }>(
    Object.values(chips).map((chip) => [chip.name, { name: chip.name, bits: bitsOf(chip) }]),
  );
  settings: RunSettings = { ...defaultSettings, images: 20 };

  choose(control: 'network' | 'chip' | 'own-images', value: string): void {
    const key = { network: 'network', chip: 'chip', 'own-images': 'ownImages' }[control];
    this.settings = { ...this.settings, [key]: value === '' ? undefined : value };
  }
}

async function take(form: Form, one: Step): Promise<void> {
  if (one.kind === 'give') {
    try {
      await checkFiles(one.files);
    } catch {
      expect(JSON.stringify(one.files)).toContain('bad');
      return;
    }
    for (const { control, value } of form.own.add(one.files)) form.choose(control, value);
    const { chip } = one.files;
    if (chip) {
      const { name, adc } = JSON.parse(new TextDecoder().decode(chip.bytes)) as ChipSpec;
      form.chips.set(chip.name, { name, bits: bitsOf({ adc }) });
    }
  } else if (one.kind === 'choose') {
    const builtIn = { network: 'mnist-cnn', chip: 'mars-dense', 'own-images': '' }[one.control];
    const files = form.own.list().filter(({ control }) => control === one.control);
    form.choose(one.control, files[one.which]?.value ?? builtIn);
  } else if (one.kind === 'remove') form.own.list()[one.which]?.remove();
  else form.settings = { ...form.settings, set: one.bits ? [`adc.bits=${one.bits}`] : [] };
}

/** Runs what the form says, and compares it with what form, address and command say. */
async function run({ own, settings, chips: known }: Form): Promise<void> {
  const again = readAddress(writeAddress(settings, undefined)).settings;
  const command = commandLine(settings);
  const request = { settings: again, files: own.of(again) };
  let job;
  try {
    const sources = pageSources(request.files, data);
    job = await loadMapJob(again, sources);
    if (again.ownImages !== undefined) await sources.testImages(imageTarget(job), again);
  } catch (error) {
    // A chosen file that was taken away is asked for by its name, never replaced.
    const names = own.list().map(({ value }) => value);
    const gone = [settings.network, settings.chip, settings.ownImages].filter(
      (name) => name !== undefined && !names.includes(name) && String(error).includes(name),
    );
    expect(gone, String(error)).not.toEqual([]);
    return;
  }
  const { report } = estimate(job);
  const chip = known.get(settings.chip)!;
  const ran = new Map(report.provenance.map(({ parameter, value }) => [parameter, value]));
  expect(report.chip).toBe(chip.name);
  const changed = settings.set[0]?.split('=')[1];
  expect(ran.get('adc.bits')).toBe(changed === undefined ? chip.bits : Number(changed));
  const inFile = { './mnist-cnn': 'net-c' }[settings.network];
  expect(report.network).toBe(inFile ?? settings.network.replace('.safetensors', ''));
  for (const name of [settings.chip, settings.network])
    expect(command.includes(name) || ['mars', 'mnist-cnn'].includes(name)).toBe(true);
  const { folder: given, images = [] } = request.files;
  expect(given ? folderName(given) : imagesName(images)).toBe(settings.ownImages ?? '');
  expect(command.includes('--dataset')).toBe(given !== undefined);
  expect(command.includes('# on your images')).toBe(images.length > 0);
}

describe('a person’s own files', () => {
  it('run only while form, address and command say so, whatever is given, chosen and taken away', async () => {
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 12 }),
      async (steps) => {
        const form = new Form();
        for (const one of steps) {
          await take(form, one);
          const { settings } = form;
          expect(readAddress(writeAddress(settings, undefined)).settings).toEqual(settings);
          await run(form);
        }
      },
    );
    await holdsEventually(property, 60);
  });

  it('choose only what is new', () => {
    const own = new OwnFiles();
    own.add({ chip: chipFile('chip-a', 5) });

    expect(own.add({ images: [picture('7-a.npy')] })).toEqual([
      { control: 'own-images', value: '7-a.npy' },
    ]);
  });

  it('can be taken away one by one, pictures of a set too', () => {
    const own = new OwnFiles();
    own.add({
      chip: chipFile('chip-a', 5),
      network: networkFile('net-a'),
      images: [picture('7-a.npy'), picture('3-b.npy')],
    });
    const labels = (): string[] => own.list().map(({ label }) => label);
    expect(labels()).toEqual(['net-a.safetensors', 'chip-a.json', '7-a.npy', '3-b.npy']);

    own.list()[2]!.remove();
    own.list()[1]!.remove();

    expect(labels()).toEqual(['net-a.safetensors', '3-b.npy']);
    expect(own.list()[1]!.value).toBe('3-b.npy');
  });

  it.each<[string, UserFiles, string]>([
    [
      'a chip of another shape',
      { chip: { name: 'a.json', bytes: bytesOf({ hello: 1 }) } },
      'a.json',
    ],
    ['a chip that is no JSON', { chip: { name: 'b.json', bytes: Uint8Array.of(123) } }, 'b.json'],
    [
      'a damaged network',
      { network: { name: 'c.safetensors', bytes: bytesOf('x') } },
      'c.safetensors',
    ],
    [
      'a damaged data set',
      { images: [{ name: 'test_batch.bin', bytes: bytesOf('x') }] },
      'test_batch.bin',
    ],
    ['one of MNIST’s two files', { images: [picture('t10k-images-idx3-ubyte')] }, 'two files'],
    ['a picture without a class', { images: [picture('photo.npy')] }, 'photo.npy'],
    ['pictures beside a data set', { images: [picture('7.npy'), picture('test.bin')] }, 'together'],
  ])('are refused before they are kept: %s', async (_, files, message) => {
    const error = await caughtEventually(() => checkFiles(files));
    expect(error.message).toContain(message);
  });
});
