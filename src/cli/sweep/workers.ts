// Several processes on this machine that take turns at one list of units. This process is the first of them: it hands the
// next unit to whoever is done with one, so that all end together whatever a point takes.

import { spawn } from 'node:child_process';
import { CimError } from '../../core/errors.ts';
import type { Unit } from '../../experiment/shard.ts';
import type { Stages } from '../../experiment/stages.ts';
import { defaultThreads } from '../wasm-threads.ts';
import { storeIn } from './results-folder.ts';
import { commandWords } from './slurm.ts';
import { openUnitWork, type SweepBackend } from './sweep-work.ts';
import type { UnitAnswer, UnitRequest } from './taken-units.ts';

interface WorkerOptions {
  /** Folder of the results. */
  readonly out: string;
  /** Where this process keeps what its units share. */
  readonly stages?: Stages;
  readonly backend: SweepBackend;
  readonly workers: number;
  /** Of each process; by default they share the processors. */
  readonly threads?: number | undefined;
}

/** Processes that wait for units. Disposed, they end. */
export interface Workers extends Disposable {
  /**
   * Does units in this process and the others, and waits for all.
   * @param onUnit is called after each unit, whichever process did it, with its seconds
   * @throws {CimError} of this process's own units
   * @throws {CimError} (environment) when another process fails; what it said is on stderr
   */
  work(units: Iterable<Unit>, onUnit: (seconds: number) => void): Promise<void>;
}

type Answering = (request: UnitRequest) => UnitAnswer;

/** Starts the other processes: they load while this one prepares. */
export function startWorkers(options: WorkerOptions): Workers {
  const { out, backend, workers, stages } = options;
  const threads = options.threads ?? defaultThreads(workers);
  let begin: (answering: Answering) => void = () => undefined;
  const begun = new Promise<Answering>((resolve) => (begin = resolve));
  const words = ['--backend', backend, '--threads', String(threads), '--out', out];
  const faults = Promise.all(
    Array.from({ length: workers - 1 }, (_, i) =>
      endOfWorker(words, begun, `worker ${i + 2} of ${workers}`),
    ),
  );
  return {
    async work(units, onUnit) {
      const left = units[Symbol.iterator]();
      let isOver = false;
      const next = (): Unit | undefined => {
        const { value, done } = isOver ? { value: undefined, done: true } : left.next();
        return done ? undefined : value;
      };
      begin(({ seconds }) => {
        if (seconds !== undefined) onUnit(seconds);
        return { unit: next() };
      });
      try {
        await openUnitWork(stages)(inTurn(next), {
          backend,
          threads,
          store: storeIn(out),
          onUnit,
        });
      } finally {
        // What ends this process's work, such as a full disk, ends the others' behind the units that they have.
        isOver = true;
        await faults;
      }
      const fault = (await faults).find((found) => found !== undefined);
      if (fault) throw fault;
    },
    [Symbol.dispose]: () => begin(() => ({ unit: undefined })),
  };
}

function* inTurn(next: () => Unit | undefined): Generator<Unit> {
  for (let unit = next(); unit; unit = next()) yield unit;
}

/** Starts a process and waits for its end; gives what went wrong. */
function endOfWorker(
  words: readonly string[],
  begun: Promise<Answering>,
  name: string,
): Promise<CimError | undefined> {
  const [program = '', ...first] = commandWords();
  const child = spawn(program, [...first, 'sweep', '--take-turns', ...words], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  child.on('message', (request: UnitRequest) => {
    // Nobody hears the answer when the process has ended meanwhile: its end tells.
    void begun.then((answer) => child.send(answer(request), () => undefined));
  });
  return new Promise((resolve) => {
    const failed = (what: string): void =>
      resolve(
        new CimError('environment', {
          what: `${name} ${what}`,
          todo: 'see above; the results so far are kept, and the same command goes on from them',
        }),
      );
    child.on('error', ({ message }) => failed(`did not start: ${message}`));
    child.on('exit', (code, signal) => {
      if (code === 0) resolve(undefined);
      else failed(signal ? `was ended by ${signal}` : `ended with exit code ${code}`);
    });
  });
}
