// One machine that does what messages say, wherever it lives: in a thread of its own, or in the caller's.

import { assert, type ErrorData, errorData } from '../core/errors.ts';
import { type Machine, openMachine } from './machine.ts';
import type { Answer, Command, FromThread, Question, ToThread } from './messages.ts';

/** What goes between a backend and its threads: data that can be cloned, of use to them alone. */
export type ThreadMessage = object;

/** Does what messages say, in their order, and answers questions. */
export class Thread {
  readonly #answer: (message: FromThread) => void;
  #machine: Machine | undefined;
  #failed: ErrorData | undefined;

  /** @param answer takes what it answers */
  constructor(answer: (message: ThreadMessage) => void) {
    this.#answer = answer;
  }

  /** Takes a message, and does it at once. */
  take(posted: ThreadMessage): void {
    const message = posted as ToThread;
    try {
      if ('open' in message) {
        this.#machine = openMachine(message.open.module, message.open.maxMemory);
        return;
      }
      this.#do(message);
    } catch (error) {
      this.#failed ??= errorData(error);
    }
    if ('question' in message && this.#failed) {
      const error = this.#failed;
      this.#failed = undefined;
      this.#answer({ number: message.number, error });
    }
  }

  #do(message: Exclude<ToThread, { readonly open: unknown }>): void {
    const machine = this.#machine;
    // After a failure nothing runs until someone has heard of it; but what is given back is given back.
    if (this.#failed && !('command' in message && isTidying(message.command))) return;
    assert(machine !== undefined, 'a thread is opened first');
    if ('command' in message) obey(machine, message.command);
    else this.#answer({ number: message.number, answer: reply(machine, message.question) });
  }
}

/** Whether a command only cleans up. */
const isTidying = ({ kind }: Command): boolean =>
  kind.startsWith('release') || kind === 'forgetEvents';

function obey(machine: Machine, command: Command): void {
  switch (command.kind) {
    case 'prepare':
      machine.prepare(command.id, command.program, command.way);
      break;
    case 'upload':
      machine.upload(command.id, command.part);
      break;
    case 'runMacro':
      machine.runMacro(command.to, command);
      break;
    case 'putShare':
      machine.putShare(command.id, command.share, command.bytes);
      break;
    case 'runPool':
      machine.runPool(command.to, command.pool, command.input);
      break;
    case 'rest':
      machine.rest();
      break;
    case 'keepEvents':
      machine.keepEvents();
      break;
    case 'forgetEvents':
      machine.forgetEvents();
      break;
    case 'releaseMap':
      machine.releaseMap(command.id);
      break;
    case 'releaseLayer':
      machine.releaseLayer(command.id);
      break;
  }
}

function reply(machine: Machine, question: Question): Answer {
  const memory = machine.peakMemory;
  if (question.kind === 'download') return { memory, values: machine.download(question.id) };
  if (question.kind === 'takeShare')
    return { memory, bytes: machine.takeShare(question.id, question.share) };
  if (question.kind === 'takeEvents') return { memory, events: machine.takeEvents(question.id) };
  return { memory };
}
