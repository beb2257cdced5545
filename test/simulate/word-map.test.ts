// The word map with its border, against plain loops over pixels, tiles and groups.

import { describe, expect, it } from 'vitest';
import {
  firstWords,
  readsOfWords,
  storedCodes,
  storedDistances,
  wordCount,
  wordDistance,
  wordMap,
} from '../../src/simulate/word-map.ts';
import type { MacroProgram } from '../../src/simulate/macro-program.ts';
import { randomCase } from '../../src/measure/random-program.ts';

const programs = Array.from({ length: 24 }, (_, seed) => randomCase(seed).program);

/** Word of the padded map that output pixel (y, x) meets with an index code: the definition of both. */
function wordAt(program: MacroProgram, y: number, x: number, code: number): number {
  const { kernel, words } = program;
  const positions = kernel.height * kernel.width;
  const block = Math.floor(code / positions);
  const { width, strides, dilations } = kernel;
  const paddedY = y * strides[0] + Math.floor((code % positions) / width) * dilations[0];
  const paddedX = x * strides[1] + ((code % positions) % width) * dilations[1];
  return (paddedY * wordMap(program).paddedWidth + paddedX) * words.blocks + block;
}

describe.each(programs)('the word map of $name', (program) => {
  const { output, words, tileStarts, codes, kernelsPerTile, columns } = program;
  const { paddedHeight, paddedWidth } = wordMap(program);

  it('has room for every window, and ends with the last one', () => {
    const { kernel } = program;

    const { height, width, strides, dilations } = kernel;
    expect(paddedHeight).toBe((output.height - 1) * strides[0] + (height - 1) * dilations[0] + 1);
    expect(paddedWidth).toBe((output.width - 1) * strides[1] + (width - 1) * dilations[1] + 1);
    expect(wordCount(program, 3)).toBe(3 * paddedHeight * paddedWidth * words.blocks);
  });

  it('says where pixels begin and how far their groups are', () => {
    const first = firstWords(program, 2);
    const pixels = output.height * output.width;
    const size = wordCount(program, 1);

    expect(first).toHaveLength(2 * pixels);
    for (let image = 0; image < 2; image++)
      for (let y = 0; y < output.height; y++)
        for (let x = 0; x < output.width; x++)
          for (const code of codes)
            if (
              first[image * pixels + y * output.width + x]! + wordDistance(program, code) !==
              image * size + wordAt(program, y, x, code)
            )
              expect.fail(`image ${image}, pixel ${y} ${x}, code ${code}`);
  });

  it('counts the column reads that meet each word', () => {
    const expected = new Uint32Array(wordCount(program, 1));
    for (let tile = 0; tile + 1 < tileStarts.length; tile++)
      for (let group = tileStarts[tile]!; group < tileStarts[tile + 1]!; group++)
        for (let k = tile * kernelsPerTile; k < (tile + 1) * kernelsPerTile; k++)
          for (let pixel = 0; pixel < output.height * output.width; pixel++)
            if (k < output.channels) {
              const [y, x] = [Math.floor(pixel / output.width), pixel % output.width];
              const word = wordAt(program, y, x, codes[group]!);
              expected[word] = expected[word]! + columns.factors.length;
            }

    expect(readsOfWords(program)).toEqual(expected);
  });

  it('stores every index code once, ascending', () => {
    const stored = storedCodes(program).map(({ code }) => code);

    expect(stored).toEqual([...new Set(codes)].toSorted((a, b) => a - b));
    expect([...storedDistances(program)]).toEqual(
      stored.map((code) => wordDistance(program, code)),
    );
  });
});
