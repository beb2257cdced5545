// A thread as its backend sees it: messages go, answers come, and a thread that dies rejects whoever waits.

import { CimError, errorOf } from '../core/errors.ts';
import type { KernelModule } from './kernels.ts';
import type { Answer, Command, FromThread, Question, ToThread } from './messages.ts';
import { Thread, type ThreadMessage } from './thread.ts';

/** Something that runs a `Thread` on what is posted to it. */
export interface ThreadPort {
  /** Sends a message, which can be cloned. */
  post(message: ThreadMessage): void;
  /** Whether someone waits for an answer: a runtime that ends when nothing is left to do must know. */
  hold?(isWaiting: boolean): void;
  /** Ends it with all that it does. */
  end(): void;
}

/** What is done with what comes from a port. */
export interface ThreadEvents {
  /** A message of the thread. */
  readonly onMessage: (message: ThreadMessage) => void;
  /** The thread has died by itself. */
  readonly onDeath: (why: string) => void;
}

/** Starts a thread of the runtime: a worker of a browser, or one of Node's. */
export type OpenThread = (events: ThreadEvents) => ThreadPort;

/** A thread that is none: messages run where they are posted. */
export const openHere: OpenThread = ({ onMessage }) => {
  let isEnded = false;
  const thread = new Thread((message) => {
    if (!isEnded) onMessage(message);
  });
  return {
    post: (message) => thread.take(message),
    end: () => {
      isEnded = true;
    },
  };
};

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** One thread of a backend. */
export class ThreadLink {
  /** Max. bytes that it held, as it last answered. */
  memory = 0;
  readonly #port: ThreadPort;
  readonly #waiting = new Map<number, Waiting>();
  #lastNumber = 0;
  #ended: Error | undefined;

  /**
   * @param module the kernels
   * @param maxMemory most bytes of its memory
   */
  constructor(open: OpenThread, module: KernelModule, maxMemory: number | undefined) {
    this.#port = open({
      onMessage: (message) => this.#hear(message as FromThread),
      onDeath: (why) => this.end(died(why)),
    });
    this.#post({ open: { module, maxMemory } });
  }

  /** Has something done. */
  tell(command: Command): void {
    if (!this.#ended) this.#post({ command });
  }

  /**
   * Asks something, which is answered when everything before it is done.
   * @throws {CimError} what went wrong before it
   */
  ask(question: Question): Promise<Answer> {
    if (this.#ended) return Promise.reject(this.#ended);
    const number = ++this.#lastNumber;
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) this.#port.hold?.(true);
      this.#waiting.set(number, { resolve, reject });
      this.#post({ question, number });
    });
  }

  /** Ends the thread at once; questions without an answer, and later ones, are rejected with `why`. */
  end(why: Error): void {
    if (this.#ended) return;
    this.#ended = why;
    this.#port.end();
    for (const { reject } of this.#waiting.values()) reject(why);
    this.#waiting.clear();
  }

  #post(message: ToThread): void {
    this.#port.post(message);
  }

  #hear(message: FromThread): void {
    const waiting = this.#waiting.get(message.number);
    this.#waiting.delete(message.number);
    if (this.#waiting.size === 0) this.#port.hold?.(false);
    if (!waiting) return;
    if ('error' in message) {
      waiting.reject(errorOf(message.error));
      return;
    }
    this.memory = message.answer.memory;
    waiting.resolve(message.answer);
  }
}

const died = (why: string): CimError =>
  new CimError('simulation', {
    what: `a thread of the simulation has stopped${why === '' ? '' : `: ${why}`}`,
    todo: 'run it again; if it stops again, memory may be short: take fewer threads (--threads) or smaller batches',
  });
