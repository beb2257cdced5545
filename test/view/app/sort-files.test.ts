import { describe, expect, it } from 'vitest';
import { kindOfFile } from '../../../src/view/app/sort-files.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('a dropped file', () => {
  it.each([
    ['a.safetensors', text(''), 'network'],
    ['a.onnx', text(''), 'network'],
    ['a.onnx.gz', text(''), 'network'],
    ['chip.json', text('{"name": "mine"}'), 'chip'],
    ['chip.json', text('{ damaged'), 'chip'],
    ['report.json', text('{"topsPerWatt": {}}'), 'report'],
    ['plan.json', text('{"version": 1, "axes": []}'), 'experiment'],
    ['plan.json', text('{"version": 1, "chips": 20}'), 'experiment'],
    ['0123456789abcdef.json', text('{"row": {}, "made": {}}'), 'experiment'],
    ['experiment.json', text('{"version": 1, "mars": "0.2.0", "inputs": {}}'), 'experiment'],
    ['results.ndjson', text(''), 'experiment'],
    ['results.csv', text(''), 'experiment'],
    ['run.metrics.jsonl', text(''), 'metrics'],
    ['test_batch.bin', text(''), 'images'],
    ['test.bin', text(''), 'images'],
    ['7-mine.png', text(''), 'images'],
    ['cat.JPG', text(''), 'images'],
    ['t10k-labels-idx1-ubyte', text(''), 'images'],
  ])('called %s is told by name and bytes', (name, bytes, kind) => {
    expect(kindOfFile({ name, bytes })).toBe(kind);
  });

  it('with the first bytes of a stored image is a network, whatever its name', () => {
    const bytes = Uint8Array.of(0x89, 0x4d, 0x41, 0x52, 0x53, 0x0d, 0x0a, 0x1a);
    expect(kindOfFile({ name: 'stored.dat', bytes })).toBe('network');
  });

  it('of no known kind is refused by name', () => {
    expect(() => kindOfFile({ name: 'photo.tiff', bytes: text('x') })).toThrow('photo.tiff');
  });
});
