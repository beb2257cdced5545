// `mars train` and `mars compress` as a person runs them, on a few made-up digits.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compress } from '../../src/compress/compress.ts';
import { randomWord } from '../../src/core/random.ts';
import { readNetworkFile } from '../../src/network/io/network-file.ts';
import { everyNth, itLong, tries } from '../support/long.ts';
import { emptyFolder, mars } from '../support/mars.ts';

/** Training runs on the ONNX Runtime that every clone has. */
const withRuntime = {
  NODE_OPTIONS: `--import ${new URL('../support/onnxruntime-hook.mjs', import.meta.url).href}`,
};

/** A folder with `count` digits: noise with a bright bar whose place is the class. */
function digits(count: number): string {
  const folder = emptyFolder();
  const words = (...numbers: number[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(4 * numbers.length));
    numbers.forEach((number, i) => view.setUint32(4 * i, number));
    return new Uint8Array(view.buffer);
  };
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  const pixels = Uint8Array.from({ length: count * 784 }, (_, i) => randomWord(7, 1, i) % 64);
  labels.forEach((label, i) =>
    pixels.fill(255, i * 784 + (4 + 2 * label) * 28, i * 784 + (5 + 2 * label) * 28),
  );
  mkdirSync(join(folder, 'mnist'));
  for (const part of ['t10k', 'train']) {
    const file = (name: string): string => join(folder, 'mnist', `${part}-${name}-ubyte`);
    writeFileSync(file('labels-idx1'), Buffer.concat([words(0x801, count), labels]));
    writeFileSync(file('images-idx3'), Buffer.concat([words(0x803, count, 28, 28), pixels]));
  }
  return folder;
}

const data = digits(80);
const quick =
  `train --data ${data} --epochs 4 --quantize-epochs 2 --batch-size 20 --quantize-learning-rate 0.01 --target-density 0.4 --weight-bits 4 --activation-bits 4 --threads 1 --out net.safetensors`.split(
    ' ',
  );
/** Epochs without what depends on the clock. */
const metrics = (cwd: string): unknown[] =>
  readFileSync(join(cwd, 'net.metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => ({ ...JSON.parse(line), seconds: 0, imagesPerSecond: 0 }));

describe('mars train with ONNX Runtime', () => {
  itLong('goes on after a kill, and after Ctrl-C, to the same file and metrics', () => {
    const whole = emptyFolder();
    const cut = emptyFolder();

    const { code, stdout } = mars([...quick, '--json'], whole, withRuntime);
    const stopAt = (signal: string): number | null =>
      mars([...quick, '--resume'], cut, { ...withRuntime, MARS_TEST_SIGNAL: signal }).code;
    const killed = stopAt('SIGKILL:10');
    const epochsBefore = metricsLines(cut);
    const stopped = stopAt('SIGINT:10');
    const epochsAfter = metricsLines(cut);
    const refused = mars(quick, cut, withRuntime);
    const other = mars([...quick, '--resume', '--seed', '9'], cut, withRuntime);
    const resumed = mars([...quick, '--resume'], cut, withRuntime);

    expect([code, killed, stopped, refused.code, other.code, resumed.code]).toEqual([
      0,
      null,
      130,
      1,
      1,
      0,
    ]);
    expect(epochsBefore).toBeGreaterThan(0);
    expect(epochsAfter).toBeGreaterThan(epochsBefore);
    expect(epochsAfter).toBeLessThan(metrics(whole).length);
    expect(refused.stderr).toMatch(/net\.checkpoint\.safetensors: .*--resume/);
    expect(other.stderr).toMatch(/was begun with seed 1, not 9/);
    expect(metrics(cut)).toEqual(metrics(whole));
    for (const file of ['net.safetensors', 'net.float.safetensors'])
      expect(readFileSync(join(cut, file)).equals(readFileSync(join(whole, file)))).toBe(true);
    expect(readdirSync(cut).toSorted()).toEqual([
      'net.float.safetensors',
      'net.metrics.jsonl',
      'net.safetensors',
    ]);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    expect(result['command']).toBe(
      'mars train --network mnist-cnn --dataset mnist --epochs 4 --seed 1 --group-lasso 0.5 --quantize-epochs 2 --batch-size 20 --quantize-learning-rate 0.01 --target-density 0.4 --weight-bits 4 --activation-bits 4',
    );
    expect(result['zeroGroups']).toBeGreaterThanOrEqual(0.6 * (result['groups'] as number));
  });

  itLong('writes a network that the chip runs in the bits it was trained for', () => {
    const cwd = emptyFolder();
    mars(quick, cwd, withRuntime);
    const run = [
      'run',
      '--network',
      'net.safetensors',
      '--data',
      data,
      '--images',
      String(tries(3, 20)),
    ];

    const { stdout, code } = mars(
      [...run, '--backend', 'reference', '--json', '--out', 'out'],
      cwd,
    );

    const network = readNetworkFile(readFileSync(join(cwd, 'net.safetensors')), 'net');
    const report = JSON.parse(stdout) as { compression: object; accuracy: object };
    expect(code).toBe(0);
    expect(network.precision).toEqual({ weightBits: 4, activationBits: 4 });
    expect(report.compression).toMatchObject({ weightBits: 4, activationBits: 4 });
    expect(report.accuracy).toMatchObject({ agreement: 1 });
    expect(compress(network).layers.map(({ name }) => name)).toContain('conv4');
  });

  itLong('trains for a small ADC, and tells the accuracy that the chip has', () => {
    const cwd = emptyFolder();
    const adc = ['--set', 'adc.bits=3', '--set', 'adc.step=4'];
    const { stdout, code } = mars([...quick, ...adc, '--json'], cwd, withRuntime);
    const run = ['run', '--network', 'net.safetensors', '--data', data, ...adc];

    const ran = mars([...run, '--images', '80', '--json', '--out', 'out'], cwd);

    expect([code, ran.code]).toEqual([0, 0]);
    const trained = JSON.parse(stdout) as Record<string, unknown>;
    const report = JSON.parse(ran.stdout) as { accuracy: { top1: number; quantizedTop1: number } };
    expect(trained['command']).toMatch(/ --set adc\.bits=3 --set adc\.step=4$/);
    expect(trained['chipAccuracy']).toBe(report.accuracy.top1);
    expect(trained['quantizedAccuracy']).toBe(report.accuracy.quantizedTop1);
  });

  it('refuses more images than there are', () => {
    const { code, stderr } = mars([...quick, '--images', '81'], emptyFolder(), withRuntime);

    expect(code).toBe(1);
    expect(stderr).toMatch(/81 images asked for, it has 80/);
  });
});

const metricsLines = (cwd: string): number =>
  readFileSync(join(cwd, 'net.metrics.jsonl'), 'utf8').split('\n').length - 1;

describe('mars train', () => {
  const config = (text: string): string => {
    const file = join(emptyFolder(), 'config.json');
    writeFileSync(file, text);
    return file;
  };

  const refused = [
    [['--network', 'lenet'], 2, /no network to train is called "lenet"/],
    [['--width', '0.5'], 2, /mnist-cnn has no width 0.5/],
    [['--network', 'vgg16', '--width', '0.001'], 2, /vgg16 has no width/],
    [
      ['--epochs', '3', '--dense-epochs', '2', '--tune-epochs', '2'],
      2,
      /2 epochs before .* more than 3/,
    ],
    [['--epochs', '0'], 2, /nothing to do in 0 epochs/],
    [['--target-density', '2'], 2, /from 0 to 1/],
    [['--prune-steps', '5'], 2, /in steps only on the way to a density; give target-density/],
    [['--set', 'adc.bits=0'], 1, /mars with --set > adc/],
    [['--dense', 'conv9'], 1, /mnist-cnn > conv9: is no layer with weights; name one of conv1/],
    [['--config', config('{')], 1, /config.json: is not JSON/],
    [
      ['--config', config('{"version": 1, "layers": {"conv2": {"weightBits": 9}}}')],
      1,
      /config.json > conv2 > weightBits: /,
    ],
    [['--config', config('{"version": 1, "layers": {"conv2": {"bits": 8}}}')], 1, /conv2: .*bits/],
    [['--config', config('{"version": 1, "layers": {"x": {}}}')], 1, /mnist-cnn > x: is no layer/],
    [['--from', 'nothing.safetensors'], 1, /nothing.safetensors: cannot be read/],
  ] as const;
  it.each(everyNth(2, refused))('refuses %j', (flags, wanted, message) => {
    const { code, stderr } = mars(['train', '--data', data, ...flags]);

    expect(stderr).toMatch(message);
    expect(code).toBe(wanted);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('says how to install what it needs', () => {
    const hook = join(emptyFolder(), 'hook.mjs');
    const resolve = `export const resolve = (name, context, next) => {
      if (name === 'onnxruntime-node') throw new Error('not installed');
      return next(name, context);
    };`;
    const loader = `data:text/javascript,${encodeURIComponent(resolve)}`;
    writeFileSync(
      hook,
      `import { register } from 'node:module'; register(${JSON.stringify(loader)});`,
    );

    const { code, stderr } = mars(['train', '--data', data], emptyFolder(), {
      NODE_OPTIONS: `--import ${hook}`,
    });

    expect(code).toBe(1);
    expect(stderr).toMatch(/npm install --no-save --ignore-scripts onnxruntime-node@1\.30\.0/);
  });
});

describe('mars compress', () => {
  it('measures what quantization costs, layer by layer, and writes what the chip runs', () => {
    const cwd = emptyFolder();
    const job = ['--data', data, '--images', '20', '--weight-bits', '4', '--pruned-groups', '0.8'];

    const ran = mars(['compress', ...job, '--sensitivity', '--json', '--out', 'net.bin'], cwd);
    const text = mars(['compress', ...job], cwd);
    const again = mars(['map', '--network', 'net.bin', '--json'], cwd);

    expect([ran.code, text.code, again.code]).toEqual([0, 0, 0]);
    const result = JSON.parse(ran.stdout) as {
      layers: { name: string; groups: number; storedGroups: number; prunedAccuracy: number }[];
    };
    expect(result).toMatchObject({
      network: 'mnist-cnn',
      weightBits: 4,
      activationBits: 8,
      images: 20,
      sensitivity: { bits: 2, pruned: 0.5 },
    });
    expect(result.layers.map(({ name }) => name)).toEqual([
      'conv1',
      'conv2',
      'conv3',
      'conv4',
      'fc',
    ]);
    expect(result.layers[0]?.prunedAccuracy).toBeNull();
    const stored = result.layers.slice(1).reduce((sum, layer) => sum + layer.storedGroups, 0);
    const groups = result.layers.slice(1).reduce((sum, layer) => sum + layer.groups, 0);
    expect(stored).toBe(Math.round(0.2 * groups));
    expect(text.stdout).toMatch(/20 test images: .* right in real arithmetic/);
  });
});
