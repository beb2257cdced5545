import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onePixel, symmetricWindow } from '../../src/core/window.ts';
import type { MappedMacroLayer } from '../../src/mapping/map-to-chip.ts';
import type { MacroProgram } from '../../src/simulate/macro-program.ts';
import { toProgram, toPrograms } from '../../src/simulate/to-program.ts';
import { macroLayersOf, mapped } from '../support/mapped.ts';
import { weightAt } from '../support/plain-macro.ts';
import { holds } from '../support/property.ts';
import { randomNetwork, tourNetwork } from '../support/small-networks.ts';
import { tries } from '../support/long.ts';

/** The weights of order (M, C, R, S) as codes and weights of a program hold them, zero where no group is stored. */
function rebuilt(program: MacroProgram, { layer }: MappedMacroLayer): Int8Array {
  const { channels, kernels, window } = layer.geometry;
  const area = window.height * window.width;
  const weights = new Int8Array(kernels * channels * area);
  const positions = program.kernel.height * program.kernel.width;
  const isPacked = program.patch.height * program.patch.width === area && area > 1;
  for (let tile = 0; tile + 1 < program.tileStarts.length; tile++)
    for (let group = program.tileStarts[tile]!; group < program.tileStarts[tile + 1]!; group++)
      for (let k = 0; k < program.kernelsPerTile; k++)
        for (let line = 0; line < program.wordLinesOn; line++) {
          const weight = weightAt(program, group, k, line);
          const kernel = tile * program.kernelsPerTile + k;
          const code = program.codes[group]!;
          const wide = Math.floor(code / positions) * program.wordLinesOn + line;
          const channel = isPacked ? wide % channels : wide;
          const position = isPacked ? Math.floor(wide / channels) : code % positions;
          if (kernel < kernels && channel < channels && position < area)
            weights[(kernel * channels + channel) * area + position] = weight;
          else expect(weight, 'an unused cell').toBe(0);
        }
  return weights;
}

describe('toProgram', () => {
  it('holds exactly the weights of the stored groups, at any bit widths and pruning', () => {
    const seeds = fc.integer({ min: 1, max: 1e6 });
    const bits = fc.integer({ min: 2, max: 8 });
    const settings = fc.constantFrom(
      [],
      ['macro.wordLinesOn=7'],
      ['macro.wordLinesOn=40', 'cores.macros=1'],
      ['macro.wordLinesOn=64', 'macro.partitions=3'],
    );

    holds(
      fc.property(seeds, bits, settings, (seed, weightBits, chip) => {
        const mapping = mapped(randomNetwork(seed), {
          weightBits,
          prunedGroups: 0.3,
          settings: chip,
        });

        for (const layer of macroLayersOf(mapping))
          expect(rebuilt(toProgram(mapping, layer), layer)).toEqual(layer.layer.weights);
      }),
      tries(4, 25),
    );
  });

  it('has one program per macro layer, under its name', () => {
    const programs = toPrograms(mapped(tourNetwork()));

    expect([...programs.keys()]).toEqual(['stem', 'half', 'main', 'skip', 'join', 'fc']);
    for (const [name, program] of programs) expect(program.name).toBe(name);
  });

  it('deals the whole kernel onto word lines in a packed layer only', () => {
    const programs = toPrograms(mapped(tourNetwork()));

    expect(programs.get('stem')).toMatchObject({
      patch: symmetricWindow(3, 3, { padding: 1 }),
      kernel: onePixel,
      words: { height: 9, width: 8, blocks: 2 },
    });
    expect(programs.get('half')).toMatchObject({
      patch: onePixel,
      kernel: symmetricWindow(3, 3, { stride: 2, padding: 1 }),
      words: { height: 9, width: 8, blocks: 2 },
      requantize: { residual: { stride: 2, channelOffset: 3, signed: false } },
    });
  });
});
