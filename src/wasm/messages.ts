// What a backend and its threads say to each other, as data that can be cloned.

import type { PoolLayer } from '../compress/compressed-network.ts';
import type { ErrorData } from '../core/errors.ts';
import type { CountedEvents } from '../simulate/activity.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import type { Way } from './choose-way.ts';
import type { KernelModule } from './kernels.ts';
import type { ImagePart } from './machine.ts';
import type { Share } from './share.ts';

/** What a thread is to do; nothing answers. What goes wrong is the answer to the next question. */
export type Command =
  | {
      readonly kind: 'prepare';
      readonly id: number;
      readonly program: MacroProgram;
      readonly way: Way;
    }
  | { readonly kind: 'upload'; readonly id: number; readonly part: ImagePart }
  | {
      readonly kind: 'runMacro';
      readonly to: number;
      readonly layer: number;
      readonly input: number;
      readonly added: number | undefined;
      readonly share: Share | undefined;
    }
  | {
      readonly kind: 'putShare';
      readonly id: number;
      readonly share: Share;
      readonly bytes: Uint8Array;
    }
  | {
      readonly kind: 'runPool';
      readonly to: number;
      readonly pool: PoolLayer;
      readonly input: number;
    }
  | { readonly kind: 'rest' }
  | { readonly kind: 'keepEvents' }
  | { readonly kind: 'forgetEvents' }
  | { readonly kind: 'releaseMap'; readonly id: number }
  | { readonly kind: 'releaseLayer'; readonly id: number };

/** What a thread is asked. */
export type Question =
  | { readonly kind: 'ready' }
  | { readonly kind: 'download'; readonly id: number }
  | { readonly kind: 'takeShare'; readonly id: number; readonly share: Share }
  | { readonly kind: 'takeEvents'; readonly id: number };

/** What it answers. */
export interface Answer {
  /** Max. bytes that it held so far. */
  readonly memory: number;
  readonly values?: Int32Array;
  readonly bytes?: Uint8Array;
  readonly events?: CountedEvents;
}

/** To a thread: commands and questions, these with a number. */
export type ToThread =
  | { readonly command: Command }
  | { readonly question: Question; readonly number: number }
  | { readonly open: { readonly module: KernelModule; readonly maxMemory: number | undefined } };

/** From a thread: the answer to a question, or why there is none. */
export type FromThread =
  | { readonly number: number; readonly answer: Answer }
  | { readonly number: number; readonly error: ErrorData };
