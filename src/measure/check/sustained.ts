// A device at work for as long as there is time, by short dispatches: drivers end those that take too long. The sums must
// stay what they were.

import type { GpuBackend } from '../../gpu/gpu-backend.ts';
import type { PassTimes } from '../../gpu/pass-times.ts';
import { openGpuOf } from '../backend.ts';
import { columnReadsOf } from '../bounds.ts';
import { equal } from '../equal.ts';
import { commonLayer, openLayer, repeated, uniformInputs } from '../layer.ts';
import type { Part, Stage } from './stage.ts';

/** No dispatch is to take longer; its size is chosen for half of that. */
const longestMs = 100;
/** Small, so that also a slow adapter does an image within that. */
const spec = { ...commonLayer, height: 4, width: 4, settings: ['adc.bits=5'] };
const key = { layer: '128 -> 256 channels, 4 x 4 pixels, ADC of 5 bits, every read' };
const mostImages = 4096;
/** Every so many runs the sums are looked at. */
const runsPerCheck = 16;

/** The part. */
export const sustained: Part = {
  name: 'sustained run',
  asks: `Does the device go on working by dispatches of less than ${longestMs} ms, with the same sums?`,
  share: 8,
  run: async (stage) => {
    if (!stage.hasTime()) {
      stage.skip(key);
      return;
    }
    const layer = openLayer(spec);
    await using backend = await openGpuOf(stage.host, { shortcuts: false });
    const prepared = await backend.prepare(layer.program);
    const inputs = uniformInputs(spec, 1);
    const runOn = async (count: number): Promise<RunTime> => {
      const held = backend.upload(repeated(inputs, count));
      const time = await timed(stage, backend, async () => {
        backend.release(backend.runMacro(prepared, held, undefined));
        await backend.takeEvents(prepared);
      });
      backend.release(held);
      return time;
    };
    await runOn(1);
    let images = 1;
    while (images < mostImages && (await runOn(2 * images)).longest < longestMs / 2000) images *= 2;
    const held = backend.upload(repeated(inputs, images));
    const sumsOf = async (): Promise<Int32Array> => {
      const result = backend.runMacro(prepared, held, undefined);
      const sums = await backend.download(result);
      backend.release(result);
      return sums;
    };
    const expected = await sumsOf();
    const runs: RunTime[] = [];
    do {
      runs.push(await runOn(images));
      if (runs.length % runsPerCheck === 0)
        equal(await sumsOf(), expected, `sums after ${runs.length} runs`);
    } while (stage.hasTime());
    equal(await sumsOf(), expected, 'sums at the end');
    addRuns(stage, runs, images * columnReadsOf(layer.program));
  },
};

/** Seconds of a run, and of its longest pass: where the device does not tell, of the whole run. */
interface RunTime {
  readonly wall: number;
  readonly longest: number;
  readonly passes: PassTimes | undefined;
}

async function timed(
  { host }: Stage,
  backend: GpuBackend,
  run: () => Promise<void>,
): Promise<RunTime> {
  backend.takePassTimes();
  const start = host.now();
  await run();
  const wall = host.now() - start;
  const passes = backend.takePassTimes();
  return { wall, passes, longest: passes?.longest?.seconds ?? wall };
}

function addRuns(stage: Stage, runs: readonly RunTime[], readsPerRun: number): void {
  const sum = (list: readonly number[]): number => list.reduce((total, one) => total + one, 0);
  const walls = runs.map(({ wall }) => wall);
  const longest = runs.reduce((most, run) => (run.longest > most.longest ? run : most));
  const passes = sum(runs.map((run) => run.passes?.passes ?? 0));
  const tenth = Math.max(1, Math.floor(runs.length / 10));
  const rate = (list: readonly number[]): number => (list.length * readsPerRun) / sum(list);
  const told = longest.passes !== undefined;
  const over = longest.longest * 1000 >= longestMs;
  stage.add({
    key,
    facts: {
      runs: runs.length,
      seconds: Number(sum(walls).toFixed(2)),
      dispatches: passes,
      'longest dispatch ms': Number((1000 * longest.longest).toFixed(3)),
      'G column reads/s': Number((rate(walls) / 1e9).toPrecision(4)),
      'last tenth over first': Number(
        (rate(walls.slice(-tenth)) / rate(walls.slice(0, tenth))).toFixed(3),
      ),
    },
    checked: `sums of every ${runsPerCheck}th run with those of the first`,
    timing: null,
  });
  if (!told)
    stage.note('this adapter tells no times: the longest dispatch is at most the longest run');
  if (over) stage.note(`not all dispatches took less than ${longestMs} ms, even of one image`);
}
