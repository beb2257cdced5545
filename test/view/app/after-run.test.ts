// The comparison with the dense chip: an estimate on an engine of its own, which nobody waits for.

import { describe, expect, it } from 'vitest';
import type { Engine, RunResult } from '../../../src/view/engine/engine.ts';
import type { UserFiles } from '../../../src/view/engine/user-files.ts';
import { defaultSettings, type RunSettings } from '../../../src/settings/run-settings.ts';
import { makeDenseComparer } from '../../../src/view/app/after-run.ts';

interface Asked {
  readonly settings: RunSettings;
  readonly isKept: boolean | undefined;
  readonly finish: () => void;
}

/** Engines that are played, each with what it was asked for. */
function play() {
  const engines: { asked: Asked[]; isDisposed: boolean }[] = [];
  const open = (): Engine => {
    const engine = { asked: [] as Asked[], isDisposed: false };
    engines.push(engine);
    return {
      device: undefined,
      sweep: () => Promise.resolve(),
      ask: () => Promise.reject(new Error('is not asked')),
      forget: () => undefined,
      run: (settings, _files, options) =>
        new Promise((resolve, reject) => {
          const result = { report: { chip: 'dense' } } as unknown as RunResult;
          const finish = (): void => (engine.isDisposed ? reject(new Error()) : resolve(result));
          engine.asked.push({ settings, isKept: options?.isKept, finish });
        }),
      dispose: () => {
        engine.isDisposed = true;
        for (const { finish } of engine.asked) finish();
      },
    };
  };
  return { engines, comparer: makeDenseComparer(open) };
}

const resultOf = (groupsKept: number): RunResult =>
  ({
    settings: { ...defaultSettings, images: 500, set: ['adc.bits=5'] },
    report: { compression: { groups: 10, groupsKept } },
  }) as unknown as RunResult;
const files: UserFiles = {};

describe('the comparison with the dense chip', () => {
  it('simulates no image and keeps nothing, on an engine that ends with it', async () => {
    const { engines, comparer } = play();
    const dense = comparer.compare(resultOf(5), files);
    const { asked } = engines[0]!;
    expect(asked).toMatchObject([
      {
        settings: { images: 0, set: ['adc.bits=5', 'controller.sparsity=none'] },
        isKept: false,
      },
    ]);

    asked[0]!.finish();

    expect(await dense).toEqual({ chip: 'dense' });
    expect(engines[0]!.isDisposed).toBe(true);
  });

  it('ends at once when it is stopped, and when another begins', async () => {
    const { engines, comparer } = play();
    const first = comparer.compare(resultOf(5), files);
    const second = comparer.compare(resultOf(5), files);
    expect(engines.map(({ isDisposed }) => isDisposed)).toEqual([true, false]);
    comparer.stop();

    expect(await Promise.all([first, second])).toEqual([undefined, undefined]);
    expect(engines.map(({ isDisposed }) => isDisposed)).toEqual([true, true]);
  });

  it('is not made where every group is stored anyway', async () => {
    const { engines, comparer } = play();

    expect(await comparer.compare(resultOf(10), files)).toBeUndefined();
    expect(engines.flatMap(({ asked }) => asked)).toEqual([]);
  });
});
