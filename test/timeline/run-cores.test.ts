import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamRates } from '../../src/timeline/port-sharing.ts';
import { type CoreItem, type CoreStep, runCores } from '../../src/timeline/run-cores.ts';
import { tries } from '../support/long.ts';

const plenty = { read: 1000, write: 1000 };

function item(values: Partial<CoreItem>): CoreItem {
  const groups = values.groups ?? 4;
  const pixels = values.pixels ?? 10;
  return {
    tile: 0,
    load: 0,
    half: 'all',
    groups,
    pixels,
    fullRate: 1 / groups,
    reads: 0,
    writes: 0,
    loadCycles: 16 * groups,
    dramCycles: 0,
    computeCycles: pixels * groups,
    drainCycles: 0,
    ...values,
  };
}

const endOf = (steps: readonly CoreStep[]): number => Math.max(...steps.map((step) => step.end));
const spans = (steps: readonly CoreStep[], core: number): [string, number, number][] =>
  steps.filter((step) => step.core === core).map(({ kind, start, end }) => [kind, start, end]);

describe('runCores', () => {
  it('loads, computes and drains one item after the other when loads are serial', () => {
    const items = [item({ drainCycles: 4 }), item({ groups: 2, drainCycles: 4 })];

    const steps = runCores([items], 100, { overlap: 'serial', ports: plenty });

    expect(spans(steps, 0)).toEqual([
      ['load', 100, 164],
      ['compute', 164, 204],
      ['drain', 204, 208],
      ['load', 208, 240],
      ['compute', 240, 260],
      ['drain', 260, 264],
    ]);
  });

  it('hides every load when overlap is ideal', () => {
    const steps = runCores([[item({}), item({})]], 0, { overlap: 'ideal', ports: plenty });

    expect(spans(steps, 0)).toEqual([
      ['compute', 0, 40],
      ['compute', 40, 80],
    ]);
  });

  it('loads one half while the other computes: first load, then the longer of both each time, then the last', () => {
    const halves = [
      item({ half: 0 }),
      item({ half: 1, pixels: 50 }),
      item({ half: 0, groups: 2, pixels: 3 }),
    ];

    const steps = runCores([halves], 0, { overlap: 'macroPingPong', ports: plenty });

    expect(endOf(steps)).toBe(64 + Math.max(40, 64) + Math.max(200, 32) + 6);
  });

  it('lets cores that share a port take turns', () => {
    const stream = item({ groups: 1, pixels: 100, reads: 1, loadCycles: 0, computeCycles: 100 });

    const steps = runCores([[stream], [stream]], 0, {
      overlap: 'serial',
      ports: { read: 1, write: 1 },
    });

    expect(endOf(steps)).toBe(200);
  });

  it('speeds the rest up when one core is done', () => {
    const short = item({ groups: 1, pixels: 50, reads: 1, loadCycles: 0, computeCycles: 50 });
    const long = item({ groups: 1, pixels: 100, reads: 1, loadCycles: 0, computeCycles: 100 });

    const steps = runCores([[short], [long]], 0, {
      overlap: 'serial',
      ports: { read: 1, write: 1 },
    });

    // Both at half speed until the short one's 50 pixels are done at cycle 100, then 50 pixels alone.
    expect(spans(steps, 0)).toEqual([['compute', 0, 100]]);
    expect(spans(steps, 1)).toEqual([['compute', 0, 150]]);
  });

  it.each(['serial', 'ideal', 'macroPingPong'] as const)(
    'looks at each load of a long queue a few times only, under %s',
    (overlap) => {
      const loads = 2000;
      const queue = Array.from({ length: loads }, (_, load) =>
        item({
          load,
          half: overlap === 'macroPingPong' ? (load % 2 === 0 ? 0 : 1) : 'all',
          groups: 1,
          pixels: 20,
        }),
      );
      let looks = 0;
      const counted = new Proxy(queue, {
        get: (target, key) => {
          if (/^\d+$/.test(String(key))) looks++;
          return Reflect.get(target, key) as unknown;
        },
      });

      const steps = runCores([counted], 0, { overlap, ports: plenty });

      const [load, compute] = [16, 20];
      const cycles = {
        serial: loads * (load + compute),
        ideal: loads * compute,
        macroPingPong: load + loads * compute,
      };
      expect(endOf(steps)).toBe(cycles[overlap]);
      expect(looks).toBeLessThan(20 * loads);
    },
  );

  it('comes to an end in a frame so late that doubles no longer hold a hundredth of a cycle', () => {
    const queues = [3, 5, 7].map((groups) => [
      item({ groups, pixels: 11, reads: 1, fullRate: 1 / groups, loadCycles: 0 }),
      item({ groups: 1, pixels: 13, reads: 1, loadCycles: 2 }),
    ]);
    const options = { overlap: 'serial', ports: { read: 0.7, write: 1 } } as const;
    const late = 2 ** 46;

    const steps = runCores(queues, late, options);

    const atOnce = runCores(queues, 0, options);
    expect(steps.map(({ kind, core }) => [kind, core])).toEqual(
      atOnce.map(({ kind, core }) => [kind, core]),
    );
    // Each end is rounded up to a cycle, and six items can each push the next by one.
    steps.forEach(({ end }, i) =>
      expect(Math.abs(end - late - atOnce[i]!.end)).toBeLessThanOrEqual(6),
    );
  });

  it('agrees with tiny time steps on random queues', () => {
    const anyItem = fc.record({
      groups: fc.integer({ min: 1, max: 6 }),
      pixels: fc.integer({ min: 1, max: 30 }),
      reads: fc.integer({ min: 0, max: 6 }),
      writes: fc.integer({ min: 0, max: 2 }),
      drainCycles: fc.integer({ min: 0, max: 4 }),
    });
    const anyQueues = fc.array(fc.array(anyItem, { maxLength: 3 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        anyQueues,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 2 }),
        (parts, read, write) => {
          const queues = parts.map((queue) => queue.map(item));
          const ports = { read, write };

          const steps = runCores(queues, 0, { overlap: 'serial', ports });

          queues.forEach((queue, core) => {
            const own = steps.filter((step) => step.core === core);
            const end = own.length === 0 ? 0 : endOf(own);
            const slow = bruteForce(queues, ports)[core]!;
            // Each item's end is rounded up to a cycle and each tiny step is 1/256 of one, in every queue: later events
            // can shift by that much for each item before them.
            const items = queues.flat().length;
            expect(Math.abs(end - slow)).toBeLessThanOrEqual(
              1 + items * (2 / 256) * 6 + (queue.length === 0 ? 0 : 1),
            );
          });
        },
      ),
      { numRuns: tries(8, 60) },
    );
  });
});

/** The same rules in steps of 1/256 cycle. */
function bruteForce(
  queues: readonly (readonly CoreItem[])[],
  ports: { read: number; write: number },
): number[] {
  const tick = 1 / 256;
  const cores = queues.map((queue) => ({
    queue: [...queue],
    freeAt: 0,
    left: 0,
    busy: false,
    loaded: false,
    end: 0,
  }));
  let now = 0;
  while (cores.some((core) => core.queue.length > 0)) {
    for (const core of cores) {
      const [head] = core.queue;
      if (!head || core.busy || now < core.freeAt) continue;
      if (!core.loaded) {
        core.loaded = true;
        core.freeAt = Math.ceil(now - 1e-9) + head.loadCycles;
      }
      if (now >= core.freeAt) {
        core.busy = true;
        core.left = head.pixels;
      }
    }
    const busy = cores.filter((core) => core.busy);
    const rates = streamRates(
      busy.map((core) => core.queue[0]!),
      ports,
    );
    busy.forEach((core, i) => (core.left -= tick * rates[i]!));
    now += tick;
    for (const core of busy) {
      if (core.left > 1e-6) continue;
      core.end = Math.ceil(now - tick - 1e-6) + core.queue.shift()!.drainCycles;
      core.freeAt = core.end;
      core.busy = false;
      core.loaded = false;
    }
  }
  return cores.map((core) => core.end);
}
