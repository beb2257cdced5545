// What page and worker say to each other. All of it can be cloned.

import type { Progress } from '../../core/progress.ts';
import type { DataPlace } from './bundled-data.ts';
import type { PartialResult, RunResult } from './engine.ts';
import type { RunRequest } from './load-job.ts';
import type { PlainError } from './plain-error.ts';
import type { Answer, Question } from './questions.ts';

/** To the worker. `id` names the call; that of a run names the run as well. */
export type ToWorker =
  | { readonly kind: 'open'; readonly place: string | DataPlace }
  | { readonly kind: 'run'; readonly id: number; readonly request: RunRequest }
  | {
      readonly kind: 'ask';
      readonly id: number;
      readonly run: number;
      readonly question: Question;
    }
  | { readonly kind: 'cancel'; readonly id: number };

/** From the worker; `ready` once, when its script has been loaded. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly kind: 'partial'; readonly id: number; readonly partial: PartialResult }
  | { readonly kind: 'result'; readonly id: number; readonly result: RunResult }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly kind: 'error'; readonly id: number; readonly error: PlainError };
