// A training whose worker the test plays: it ends when the worker dies, and says so.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTraining } from '../../../../src/view/engine/training/open-training.ts';
import type { FromTrainer } from '../../../../src/view/engine/training/training-messages.ts';
import { defaultPageTraining } from '../../../../src/settings/train-settings.ts';
import { caughtEventually } from '../../../support/caught.ts';

class PlayedWorker extends EventTarget {
  static last: PlayedWorker | undefined;
  isEnded = false;

  constructor() {
    super();
    PlayedWorker.last = this;
  }

  postMessage(): void {}

  terminate(): void {
    this.isEnded = true;
  }

  say(data: FromTrainer): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}

describe('a training', () => {
  let letGo = (): void => undefined;
  beforeEach(() => {
    vi.stubGlobal('Worker', PlayedWorker);
    const request = (_: string, __: object, granted: () => void): Promise<void> =>
      new Promise((resolve) => {
        letGo = () => resolve(granted());
      });
    vi.stubGlobal('navigator', { locks: { request } });
  });
  afterEach(() => vi.unstubAllGlobals());

  const begin = () =>
    caughtEventually(() => startTraining(defaultPageTraining, 'data/', { threads: 1 }));
  const error = (): Event => Object.assign(new Event('error'), { message: 'memory' });

  it('ends with its worker, whether that throws or goes without a word', async () => {
    for (const die of [() => PlayedWorker.last?.dispatchEvent(error()), () => letGo()]) {
      const waiting = begin();
      PlayedWorker.last?.say({ kind: 'ready', lock: 'a lock' });
      die();

      expect((await waiting).message).toMatch(
        /^the worker of the training has stopped.*resume from the last epoch/,
      );
      expect(PlayedWorker.last?.isEnded).toBe(true);
    }
  });

  it('says that there is no worker when its script does not load', async () => {
    const waiting = begin();
    PlayedWorker.last?.dispatchEvent(error());

    expect((await waiting).message).toContain('training needs a worker, which does not start');
  });
});
