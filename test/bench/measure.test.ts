// The harness of the benches, with a clock that stands still unless work moves it.

import { describe, expect, it } from 'vitest';
import { nodeSources } from '../../src/cli/node-sources.ts';
import { ask } from '../../bench/support/measure.ts';
import type { Bench, Host, Settings, TimedCase } from '../../bench/support/question.ts';
import { CimError } from '../../src/core/errors.ts';
import { fakeAdapter } from '../support/bench-result.ts';

/** A host whose clocks are moved by hand. */
function fakeHost(): { readonly host: Host; readonly pass: (wall: number, cpu: number) => void } {
  let [wall, cpu] = [0, 0];
  const none = (): Promise<never> => Promise.reject(new Error('not here'));
  const host: Host = {
    gpu: {} as GPU,
    adapter: fakeAdapter,
    now: () => wall,
    cpuSeconds: () => Promise.resolve(cpu),
    network: none,
    sources: nodeSources,
    images: none,
  };
  return {
    host,
    pass: (moreWall, moreCpu) => {
      wall += moreWall;
      cpu += moreCpu;
    },
  };
}

const settings: Settings = {
  backends: ['gpu'],
  repetitions: 4,
  seconds: 1,
  cases: undefined,
};

const askOnce = async (
  host: Host,
  measure: (bench: Bench) => Promise<unknown>,
  changed: Partial<Settings> = {},
) =>
  await ask(
    { name: 'test', asks: '', ask: async (bench) => void (await measure(bench)) },
    host,
    { ...settings, ...changed },
    () => {},
  );

describe('the harness', () => {
  it('checks before it runs, and tells rates on both clocks', async () => {
    const { host, pass } = fakeHost();
    const order: string[] = [];
    const one: TimedCase = {
      work: { reads: 100 },
      bound: { name: 'popcount', seconds: 0.125, clock: 'cpu' },
      check: () => {
        order.push('check');
        return 'with the truth';
      },
      run: () => {
        order.push('run');
        pass(0.25, 0.5);
      },
    };

    const { rows } = await askOnce(host, async (bench) => await bench.measure({ a: 1 }, () => one));

    expect(order.slice(0, 2)).toEqual(['check', 'run']);
    expect(rows[0]).toMatchObject({
      key: { a: 1 },
      checked: 'with the truth',
      timing: {
        repetitions: 4,
        runsPerRepetition: 4,
        wall: { min: 0.25, p50: 0.25, max: 0.25 },
        perSecond: { reads: 400 },
        perCpuSecond: { reads: 200 },
        roofline: { bound: 'popcount', share: 0.25 },
      },
    });
  });

  it('does not time what is wrong', async () => {
    const { host } = fakeHost();
    let runs = 0;
    const wrong: TimedCase = {
      work: { reads: 1 },
      check: () => {
        throw new Error('sum 3 is 4, not 5');
      },
      run: () => void runs++,
    };

    const asking = askOnce(host, async (bench) => await bench.measure({ a: 1 }, () => wrong));

    await expect(asking).rejects.toThrow('sum 3 is 4, not 5');
    expect(runs).toBe(0);
  });

  it('counts from where a run restarts the watch', async () => {
    const { host, pass } = fakeHost();
    const one: TimedCase = {
      work: { images: 10 },
      check: () => 'all',
      run: (watch) => {
        pass(5, 5);
        watch.restart();
        pass(0.5, 1);
      },
    };

    const { rows } = await askOnce(host, async (bench) => await bench.measure({ a: 1 }, () => one));

    expect(rows[0]!.timing).toMatchObject({ runsPerRepetition: 1, perSecond: { images: 20 } });
    expect(rows[0]!.timing!.cpu!.p50).toBe(1);
  });

  it('repeats what takes long less often, but three times at least', async () => {
    const { host, pass } = fakeHost();
    const one = { work: { images: 1 }, check: () => 'all', run: () => pass(100, 100) };

    const { rows } = await askOnce(
      host,
      async (bench) => await bench.measure({ a: 1 }, () => one),
      { repetitions: 10 },
    );

    expect(rows[0]!.timing!.repetitions).toBe(3);
  });

  it('opens only the cases that are wanted', async () => {
    const { host, pass } = fakeHost();
    const opened: number[] = [];
    const measureAll = async (bench: Bench): Promise<void> => {
      for (const bits of [6, 5])
        await bench.measure({ 'ADC bits': bits }, () => {
          opened.push(bits);
          return { work: { reads: 1 }, check: () => 'all', run: () => pass(1, 1) };
        });
    };

    const { rows } = await askOnce(host, measureAll, { cases: /ADC bits 5/ });

    expect(opened).toEqual([5]);
    expect(rows.map(({ key }) => key)).toEqual([{ 'ADC bits': 5 }]);
  });

  it('leaves out, and says so once, what needs a data set that is not there', async () => {
    const { host } = fakeHost();
    const missing = (): never => {
      throw new CimError('input', { what: 'the data set cifar10 is not on this machine' });
    };

    const { rows, notes } = await askOnce(host, async (bench) => {
      await bench.measure({ a: 1 }, missing);
      await bench.measure({ a: 2 }, missing);
    });

    expect(rows).toEqual([]);
    expect(notes).toEqual([
      'left out where it is needed: the data set cifar10 is not on this machine',
    ]);
  });

  it('gives back what a case holds, also when its check fails', async () => {
    const { host } = fakeHost();
    let isDisposed = false;
    const one: TimedCase = {
      work: { reads: 1 },
      check: () => Promise.reject(new Error('wrong')),
      run: () => {},
      dispose: () => {
        isDisposed = true;
      },
    };

    await expect(
      askOnce(host, async (bench) => await bench.measure({}, () => one)),
    ).rejects.toThrow('wrong');

    expect(isDisposed).toBe(true);
  });
});
