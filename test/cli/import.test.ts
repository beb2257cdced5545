// `mars import` and `mars forward`, and ONNX files wherever a network is named.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpy, writeNpy } from '../../src/network/io/npy.ts';
import { readNetworkFile } from '../../src/network/io/network-file.ts';
import { supportedOperators } from '../../src/network/io/onnx/operators/index.ts';
import { type OnnxGraph, writeOnnx } from '../../src/train/autodiff/onnx-writer.ts';
import { emptyFolder, mars } from '../support/mars.ts';

const graph: OnnxGraph = {
  name: 'small',
  nodes: [
    { operator: 'Conv', inputs: ['image', 'w'], outputs: ['conv1'], attributes: {} },
    { operator: 'Relu', inputs: ['conv1'], outputs: ['relu1'], attributes: {} },
    { operator: 'GlobalAveragePool', inputs: ['relu1'], outputs: ['pool'], attributes: {} },
    { operator: 'Flatten', inputs: ['pool'], outputs: ['flat'], attributes: {} },
    { operator: 'Gemm', inputs: ['flat', 'v'], outputs: ['fc'], attributes: {} },
    { operator: 'Softmax', inputs: ['fc'], outputs: ['scores'], attributes: {} },
    { operator: 'Relu', inputs: ['conv1'], outputs: ['dead'], attributes: {} },
  ],
  constants: [
    { name: 'w', shape: [4, 1, 3, 3], data: new Float32Array(36).map((_, i) => (i % 7) / 7 - 0.3) },
    { name: 'v', shape: [4, 10], data: new Float32Array(40).map((_, i) => (i % 9) / 9 - 0.4) },
  ],
  inputs: [{ name: 'image', type: 'float32', shape: [1, 1, 28, 28] }],
  outputs: [{ name: 'scores', type: 'float32', shape: [1, 10] }],
};
const folder = emptyFolder();
const model = join(folder, 'small.onnx');
writeFileSync(model, writeOnnx(graph));

describe('mars import', () => {
  it('shows each node and what became of it, and writes the network', () => {
    const out = join(folder, 'small.safetensors');
    const { code, stdout, stderr } = mars(['import', model, '--out', out]);

    expect(stderr).not.toContain('mars:');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^conv1 +Conv +1x4x26x26 +conv conv1$/m);
    expect(stdout).toMatch(/^flat +Flatten +1x4 +nothing to compute$/m);
    expect(stdout).toMatch(/^scores +Softmax +1x10 +left out: it changes no order of classes$/m);
    expect(stdout).toMatch(/^dead +Relu +left out: nothing needs it$/m);
    expect(stdout).toContain('The chip runs all of it.');
    const network = readNetworkFile(new Uint8Array(readFileSync(out)), out);
    expect([network.name, network.classes]).toEqual(['small', 10]);
  });

  it('says what the chip cannot run, as data', () => {
    const file = join(folder, 'normed.onnx');
    const [first, ...others] = graph.nodes;
    const norm = {
      ...first!,
      operator: 'LRN',
      inputs: ['conv1'],
      outputs: ['normed'],
      attributes: { size: 3 },
    };
    const rest = others.map((node) => ({
      ...node,
      inputs: node.inputs.map((input) => (input === 'conv1' ? 'normed' : input)),
    }));
    writeFileSync(file, writeOnnx({ ...graph, nodes: [first!, norm, ...rest] }));

    const { notOnChip } = JSON.parse(mars(['import', file, '--json']).stdout);
    expect(notOnChip).toEqual([{ node: 'normed', what: 'the operator localNorm' }]);
    const { code, stderr } = mars(['map', '--network', file]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^mars: normed > normed: is a localNorm, which the chip does not run yet; .*\n$/,
    );
  });

  it('lists the operators', () => {
    expect(mars(['import', '--ops']).stdout.trim().split('\n')).toEqual(supportedOperators);
  });

  it('refuses in one line, with exit code 1, and writes nothing', () => {
    const bad = join(folder, 'bad.onnx');
    writeFileSync(bad, writeOnnx(graph).subarray(0, 200));
    const out = join(folder, 'never.safetensors');
    const { code, stderr } = mars(['import', bad, '--out', out]);

    expect(code).toBe(1);
    expect(stderr).toMatch(/^mars: .*bad\.onnx: is no whole ONNX file.*\n$/);
    expect(existsSync(out)).toBe(false);
  });
});

describe('mars forward', () => {
  it('computes a tensor as ONNX has it', () => {
    const [x, y] = [join(folder, 'x.npy'), join(folder, 'y.npy')];
    writeFileSync(x, writeNpy([1, 1, 28, 28], new Float32Array(784).fill(0.5)));
    const { code, stderr } = mars(['forward', model, '--input', x, '--out', y]);

    expect(stderr).not.toContain('mars:');
    expect(code).toBe(0);
    const { dims, data } = readNpy(new Uint8Array(readFileSync(y)), y);
    expect(dims).toEqual([1, 10]);
    expect(Array.from(data).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    const means = [0, 1, 2, 3].map((m) => {
      const sum = graph.constants[0]!.data.slice(9 * m, 9 * m + 9) as Float32Array;
      return Math.max(0, sum.reduce((a, b) => a + b, 0) * 0.5);
    });
    const weights = graph.constants[1]!.data as Float32Array;
    const scores = Array.from({ length: 10 }, (_, k) =>
      means.reduce((sum, mean, c) => sum + mean * weights[c * 10 + k]!, 0),
    );
    const powers = scores.map((score) => Math.exp(score));
    const all = powers.reduce((a, b) => a + b, 0);
    powers.forEach((power, k) => expect(data[k]).toBeCloseTo(power / all, 5));
  });

  it('wants as many inputs as the graph has', () => {
    const { code, stderr } = mars(['forward', model]);

    expect(code).toBe(1);
    expect(stderr).toContain('its graph has 1 inputs (image), and 0 are given');
  });
});

describe('an ONNX file as a network', () => {
  it('is mapped and estimated', () => {
    expect(mars(['map', '--network', model]).stdout).toMatch(/^conv1 +1 kernel tile/m);
    expect(mars(['estimate', '--network', model]).code).toBe(0);
  });

  it('runs on images', () => {
    const args = ['run', '--network', model, '--dataset', 'mnist', '--images', '3', '--json'];
    const { code, stdout, stderr } = mars([...args, '--backend', 'reference'], emptyFolder());

    expect(stderr).not.toContain('mars:');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).network).toBe('small');
  });

  it('takes what pixels mean, and other networks do not', () => {
    const args = ['map', '--input-norm', 'signed', '--network'];
    expect(mars([...args, model]).code).toBe(0);
    const { code, stderr } = mars([...args, 'mnist-cnn']);
    expect(code).toBe(2);
    expect(stderr).toContain('input-norm: says what pixels mean to an ONNX network');
  });
});
