// A process that `mars sweep --workers` started: it takes one unit after the other from the process that started it.

import { CimError } from '../../core/errors.ts';
import type { Unit } from '../../experiment/shard.ts';
import { storeIn } from './results-folder.ts';
import { doUnits, type SweepBackend } from './sweep-work.ts';

/** What such a process says when it asks for a unit: the seconds of the one before, if there was one. */
export interface UnitRequest {
  readonly seconds: number | undefined;
}

/** The answer: a unit, or none is left. */
export interface UnitAnswer {
  readonly unit: Unit | undefined;
}

interface TakenOptions {
  readonly out: string;
  readonly backend: SweepBackend;
  readonly threads?: number | undefined;
}

/**
 * Does units until the process that started this one has no more, or is gone.
 * @throws {CimError} (usage) when no process did
 */
export async function doTakenUnits({ out, backend, threads }: TakenOptions): Promise<void> {
  if (!process.send)
    throw new CimError('usage', {
      what: 'is for processes that mars sweep --workers starts',
      where: 'take-turns',
    });
  let seconds: number | undefined;
  const onUnit = (time: number): void => {
    seconds = time;
  };
  await doUnits(
    taken(() => ({ seconds })),
    { backend, threads, store: storeIn(out), onUnit },
  );
}

async function* taken(request: () => UnitRequest): AsyncGenerator<Unit> {
  try {
    for (;;) {
      const { unit } = await answerTo(request());
      if (!unit) return;
      yield unit;
    }
  } finally {
    // The open channel would keep this process alive.
    if (process.connected) process.disconnect();
  }
}

function answerTo(request: UnitRequest): Promise<UnitAnswer> {
  return new Promise((resolve) => {
    const onGone = (): void => resolve({ unit: undefined });
    if (!process.connected) return onGone();
    process.once('disconnect', onGone);
    process.once('message', (answer) => {
      process.off('disconnect', onGone);
      resolve(answer as UnitAnswer);
    });
    // Nobody to hear it is told by 'disconnect'.
    process.send?.(request, undefined, undefined, () => undefined);
  });
}
