// Every number of mars moves what docs/parameters.md says, and nothing else.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openReference } from '../../src/reference/reference-backend.ts';
import type { ParameterEffect } from '../../src/experiment/parameter-effects.ts';
import { marsEffects, parameterPage } from '../../src/experiment/parameter-page.ts';
import { root } from '../support/mars.ts';

const patience = 120_000;
const backend = openReference();
/** Other codes are other activations, and those drive other phases: nothing else. */
const ofData = ['outputs', 'macro-ops and reads', 'macro energy'];

/** Parameter -> what it moves. */
const movesOf = (effects: readonly ParameterEffect[]): Record<string, readonly string[]> =>
  Object.fromEntries(effects.map(({ parameter, moves }) => [parameter, moves]));

describe('the numbers of mars', { timeout: patience }, async () => {
  const effects = await marsEffects(backend);
  const moves = movesOf(effects);

  it('move what docs/parameters.md says', () => {
    expect(parameterPage(effects)).toBe(readFileSync(join(root, 'docs/parameters.md'), 'utf8'));
  });

  it('move something, or the page says why not', () => {
    const still = effects.filter((effect) => effect.moves.length === 0);

    expect(still.map(({ parameter }) => parameter)).toEqual([
      'process.node',
      'adc.range',
      'adc.percentile',
      'accumulator.spillBitsPerCycle',
    ]);
    expect(parameterPage(effects)).not.toContain('unexplained');
  });

  it('of the ADC cost by its bits, and not by its step or offset', () => {
    expect(moves['adc.bits']).toEqual(
      expect.arrayContaining(['outputs', 'cycles', 'macro energy', 'column read', 'area']),
    );
    const ofCodes = ['outputs', 'codes of the ADC', 'macro-ops and reads', 'macro energy'];
    expect(moves['adc.step']).toEqual(ofCodes);
    expect(moves['adc.offset']).toEqual(ofCodes);
    expect(moves['adc.areaShare']).toEqual(['area']);
    expect(moves['adc.energyShare']).toEqual(['macro energy', 'column read']);
  });

  it('of the noise move no cost but that of other data', () => {
    for (const name of ['read', 'offset', 'gain', 'cell'])
      expect([...ofData, 'noise'], name).toEqual(
        expect.arrayContaining([...moves[`noise.${name}`]!]),
      );
  });

  it('of the supply move every energy on the chip, and not DRAM', () => {
    const energies = [
      'macro energy',
      'feature-map energy',
      'accumulator energy',
      'requantizer energy',
      'weight-path energy',
      'static energy',
      'column read',
      'static power',
    ];
    expect(moves['process.supply']).toEqual(energies);
    expect(moves['process.ratedSupply']).toEqual(energies);
  });

  it('of DRAM move time and its own energy', () => {
    expect(moves['dram.bandwidth']).toEqual(
      expect.arrayContaining(['cycles', 'frames per second', 'static energy']),
    );
    expect(moves['energy.dram']).toEqual(['DRAM energy']);
  });
});
