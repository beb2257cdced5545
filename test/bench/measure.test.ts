// The harness of the benches, with a clock that stands still unless work moves it.

import { describe, expect, it } from 'vitest';
import { ask } from '../../src/measure/measure.ts';
import type { Bench, Host, Settings, TimedCase } from '../../src/measure/question.ts';
import { CimError } from '../../src/core/errors.ts';
import { fakeHost as fakeGpuHost } from '../support/fake-host.ts';

/** A host whose clocks are moved by hand. */
function fakeHost(): { readonly host: Host; readonly pass: (wall: number, cpu: number) => void } {
  let [wall, cpu] = [0, 0];
  const host: Host = {
    ...fakeGpuHost,
    now: () => wall,
    cpuSeconds: () => Promise.resolve(cpu),
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

  it('tells seconds on the device, of the runs that it times alone', async () => {
    const { host, pass } = fakeHost();
    let onDevice = 0;
    const one: TimedCase = {
      work: { reads: 1 },
      check: () => {
        onDevice += 100;
        return '';
      },
      run: () => {
        pass(1, 1);
        onDevice += 0.25;
      },
      takeDeviceSeconds: () => {
        const seconds = onDevice;
        onDevice = 0;
        return seconds;
      },
    };

    const { rows } = await askOnce(host, async (bench) => await bench.measure({}, () => one));

    expect(rows[0]!.timing!.device).toEqual({ min: 0.25, p50: 0.25, p95: 0.25, max: 0.25 });
  });

  it('begins no case when there is no time, and says for which', async () => {
    const { host, pass } = fakeHost();
    const one: TimedCase = { work: {}, check: () => '', run: () => pass(1, 1) };
    const opened: number[] = [];
    const open = (number: number) => (): TimedCase => {
      opened.push(number);
      return one;
    };
    const hasTime = (): boolean => opened.length < 2;

    const { rows, skipped } = await askOnce(
      host,
      async (bench) => {
        for (const number of [1, 2, 3, 4]) await bench.measure({ number }, open(number));
      },
      { hasTime },
    );

    expect(opened).toEqual([1, 2]);
    expect(rows.map(({ key }) => key)).toEqual([{ number: 1 }, { number: 2 }]);
    expect(skipped).toEqual([{ number: 3 }, { number: 4 }]);
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
