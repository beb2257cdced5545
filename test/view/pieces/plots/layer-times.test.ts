import { beforeAll, describe, expect, it } from 'vitest';
import { cycles } from '../../../../src/core/units.ts';
import type { Report } from '../../../../src/report/report.ts';
import { frameTimes, layerTimesData } from '../../../../src/view/pieces/plots/layer-times.ts';
import { estimateResnet18 } from '../../support/make-pieces-data.ts';

describe('layers of frames over time', () => {
  let first: Report;
  let second: Report;
  beforeAll(() => {
    first = estimateResnet18().report;
    const slow = first.layers[3]!.name;
    second = {
      ...first,
      layers: first.layers.map((layer) =>
        layer.name === slow ? { ...layer, cycles: cycles(2 * layer.cycles) } : layer,
      ),
    };
  });

  it('end when the frame ends, each layer where the one before ends', () => {
    const { layers, end } = frameTimes('one', first);

    expect(1e9 / end / first.performance.framesPerSecond).toBeCloseTo(1, 12);
    expect(layers.map(({ layer }) => layer)).toEqual(
      first.layers.filter((layer) => layer.cycles > 0).map(({ name }) => name),
    );
    layers.slice(1).forEach(({ start }, i) => expect(start).toBe(layers[i]!.end));
  });

  it('name the layer that differs most', () => {
    const [one, two] = [frameTimes('one', first), frameTimes('two', second)];
    const { summary, table } = layerTimesData([one, two]);

    expect(summary).toContain(`; ${first.layers[3]!.name} differs most, by `);
    expect(summary).toMatch(/ more\.$/);
    expect(table.rows.length).toBe(one.layers.length + two.layers.length);
  });
});
