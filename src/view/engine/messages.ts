// What page and worker say to each other. All of it can be cloned.

import type { Progress } from '../../core/progress.ts';
import type { PointFile } from '../../experiment/result-file.ts';
import type { DataPlace } from './bundled-data.ts';
import type { PartialResult, SweepRequest } from './engine.ts';
import type { RunRecipe } from './kept-runs.ts';
import type { RunRequest } from './page-sources.ts';
import type { ErrorData } from '../../core/errors.ts';
import type { Answer, Question } from './questions.ts';
import type { RunOutcome } from './simulator.ts';

/** Calls, each with its own `id`, under which the worker answers; that of a run names the run as well. */
export type WorkerCall =
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly request: RunRequest;
      readonly isKept: boolean;
    }
  | { readonly kind: 'sweep'; readonly id: number; readonly request: SweepRequest }
  | {
      readonly kind: 'ask';
      readonly id: number;
      readonly run: number;
      readonly question: Question;
      /** To make the run again from where it is not kept. */
      readonly recipe: RunRecipe | undefined;
    };

/** To the worker. */
export type ToWorker =
  | WorkerCall
  | { readonly kind: 'open'; readonly place: string | DataPlace }
  | { readonly kind: 'forget'; readonly run: number }
  | { readonly kind: 'cancel'; readonly id: number };

/** What ends a call well. `gone`: the run is not kept, and no recipe came along. */
export type CallEnd =
  | { readonly kind: 'swept'; readonly id: number }
  | { readonly kind: 'result'; readonly id: number; readonly outcome: RunOutcome }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly kind: 'gone'; readonly id: number };

/** From the worker; `ready` once, when its script has been loaded, with the lock that it holds while it lives. */
export type FromWorker =
  | CallEnd
  | { readonly kind: 'ready'; readonly lock: string | undefined }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly kind: 'point'; readonly id: number; readonly file: PointFile }
  | { readonly kind: 'partial'; readonly id: number; readonly partial: PartialResult }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorData };
