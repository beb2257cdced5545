// Plots as they are drawn: what their ticks say, and what is told apart by colour and name.

import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { svgText } from '../../src/cli/plot/draw-plot.ts';
import { drawingOf, type DrawingChoice } from '../../src/experiment/drawing.ts';
import type { Coordinates } from '../../src/experiment/point.ts';
import { type ConditionStatistics, meanOf } from '../../src/experiment/statistics.ts';

const condition = (
  coordinates: Coordinates,
  accuracy: number,
  energyPerFrame: number,
): ConditionStatistics => ({
  coordinates,
  chips: 1,
  failed: 0,
  images: 0,
  accuracyOverImages: null,
  overChips: {
    accuracy: meanOf([accuracy]),
    energyPerFrame: meanOf([energyPerFrame]),
  } as ConditionStatistics['overChips'],
  difference: null,
});

/** Accuracies of two ranges that end at the same value. */
const results = ['chip', 'table'].flatMap((range, i) =>
  [3, 4, 5, 6].map((bits) =>
    condition(
      { 'adc.range': range, 'adc.bits': bits },
      0.9 - (6 - bits) * (0.2 - 0.1 * i),
      bits * 1e5,
    ),
  ),
);

type Drawn = ReturnType<typeof parseHTML>['document'];

function drawn(statistics: readonly ConditionStatistics[], choice: DrawingChoice): Drawn {
  const svg = svgText(drawingOf(statistics, 'here', choice), 'a plot');
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  return parseHTML(`<body>${svg}</body>`).document;
}

const textsOf = (document: Drawn, selector: string): readonly string[] =>
  [...document.querySelectorAll(`${selector} text`)].map(({ textContent }) => textContent ?? '');

/** Down from the top of the plot. */
const heightOf = (document: Drawn, name: string): number => {
  const text = [...document.querySelectorAll('text')].find((one) => one.textContent === name);
  const [, height] = /translate\([^,]+,([^)]+)\)/.exec(text?.getAttribute('transform') ?? '') ?? [];
  return Number(height);
};

describe('ticks of curves', () => {
  const ticks = (values: readonly (number | string)[]): readonly string[] =>
    textsOf(
      drawn(
        values.map((value, i) => condition({ 'noise.read': value }, i / 10, i)),
        { kind: 'curves', x: 'noise.read' },
      ),
      'g[aria-label="x-axis tick label"]',
    );

  it.each([
    [
      [3, 4, 5],
      ['3', '4', '5'],
    ],
    [
      [1000, 20000],
      ['1000', '20000'],
    ],
    [
      [0, 0.066, 1],
      ['0', '0.066', '1'],
    ],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
  ])('of %o are %o', (values, texts) => {
    expect(ticks(values)).toEqual(texts);
  });
});

describe('names at the ends of curves', () => {
  it('lie apart and inside of the plot where curves end at the same value', () => {
    const document = drawn(results, { kind: 'curves', x: 'adc.bits' });
    const heights = ['adc.range chip', 'adc.range table'].map((name) => heightOf(document, name));

    expect(Math.min(...heights)).toBeGreaterThan(0);
    expect(Math.abs(heights[0]! - heights[1]!)).toBeGreaterThan(10);
  });
});

describe('a Pareto plot', () => {
  it('has a line for each series along the path with the most values', () => {
    const document = drawn(results, { kind: 'pareto' });
    const lines = [...document.querySelectorAll('g[aria-label=line] path')];
    const texts = textsOf(document, 'g[aria-label=text]');

    // The front too.
    expect(lines).toHaveLength(3);
    expect([...new Set(texts)].toSorted()).toEqual(
      ['adc.range chip', 'adc.range table', '3', '4', '5', '6'].toSorted(),
    );
    expect(new Set(lines.slice(0, 2).map((line) => line.getAttribute('stroke'))).size).toBe(2);
  });

  it('names its front in full where all is one series, or paths are words', () => {
    const words = results.map((one) => ({
      ...one,
      coordinates: {
        'adc.range': `${one.coordinates['adc.range']} ${one.coordinates['adc.bits']}`,
      },
    }));
    const one = results.filter(({ coordinates }) => coordinates['adc.range'] === 'table');

    expect(textsOf(drawn(one, { kind: 'pareto' }), 'g[aria-label=text]')).toContain('adc.bits 5');
    expect(textsOf(drawn(words, { kind: 'pareto' }), 'g[aria-label=text]')).toContain(
      'adc.range table 5',
    );
    // More energy, more accuracy: the line runs above the names.
    const [names] = drawn(one, { kind: 'pareto' }).querySelectorAll('g[aria-label=text]');
    const [, down] =
      /^translate\([\d.]+,(-?[\d.]+)\)$/.exec(names?.getAttribute('transform') ?? '') ?? [];
    expect(Number(down)).toBeGreaterThan(5);
  });
});
