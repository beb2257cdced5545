import { describe, expect, it } from 'vitest';
import { isStoredName, networksAmong } from '../../src/settings/model-names.ts';

describe('networksAmong', () => {
  it('takes network files and stored images by their names, and nothing else', () => {
    const files = [
      'README.md',
      'vgg16-d0.1-8b.bin',
      'a.safetensors',
      'a.checkpoint.safetensors',
      '.bin',
      't10k-images-idx3-ubyte',
    ];

    expect([...networksAmong(files)]).toEqual([
      ['a', 'a.safetensors'],
      ['vgg16-d0.1-8b', 'vgg16-d0.1-8b.bin'],
    ]);
  });

  it('gives a name that two files have to the one in real arithmetic', () => {
    expect([...networksAmong(['a.bin', 'a.safetensors'])]).toEqual([['a', 'a.safetensors']]);
  });

  it('tells stored images', () => {
    expect(['a.bin', 'a.safetensors'].map(isStoredName)).toEqual([true, false]);
  });
});
