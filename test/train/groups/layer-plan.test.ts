import { describe, expect, it } from 'vitest';
import { readLayerPlans, withDense } from '../../../src/train/groups/layer-plan.ts';
import { tourNetwork } from '../../support/small-networks.ts';

describe('readLayerPlans', () => {
  it('reads what single layers do differently', () => {
    const layers = {
      stem: { weightBits: 8, activationBits: 6 },
      main: { lasso: 0.5, dense: false },
    };

    expect([...readLayerPlans({ version: 1, layers }, 'x')]).toEqual(Object.entries(layers));
  });

  it.each([
    [{ version: 2, layers: {} }, /x > version/],
    [{ version: 1 }, /x/],
    [{ version: 1, layers: { stem: { weightBits: 1 } } }, /x > stem > weightBits/],
    [{ version: 1, layers: { stem: { activationBits: 2.5 } } }, /x > stem > activationBits/],
    [{ version: 1, layers: { stem: { lasso: -1 } } }, /x > stem > lasso/],
    [{ version: 1, layers: { stem: { dense: 'yes' } } }, /x > stem > dense/],
    [{ version: 1, layers: { stem: { width: 3 } } }, /x > stem: .*width/],
  ])('refuses %j, naming layer and field', (json, message) => {
    expect(() => readLayerPlans(json, 'x')).toThrow(message);
  });
});

describe('withDense', () => {
  it('knows the first and the last layer with weights', () => {
    const plans = new Map([['fc', { weightBits: 8 }]]);

    expect([...withDense(plans, ['first', 'last', 'main'], tourNetwork())]).toEqual([
      ['fc', { weightBits: 8, dense: true }],
      ['stem', { dense: true }],
      ['main', { dense: true }],
    ]);
  });

  it('refuses layers that the network does not have, also those of a file', () => {
    expect(() => withDense(new Map(), ['pool'], tourNetwork())).toThrow('tour > pool');
    expect(() => withDense(new Map([['x', {}]]), [], tourNetwork())).toThrow('tour > x');
  });
});
