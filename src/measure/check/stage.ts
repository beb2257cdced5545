// What a part of a self-check is, and what it is given.

import { ask } from '../measure.ts';
import type { Host, Question } from '../question.ts';
import type { Fields, Row } from '../result.ts';

/** What a part of a check is given. */
export interface Stage {
  readonly host: Host;
  /** Whether another case may begin. */
  hasTime(): boolean;
  /** Seconds until it has no more time. */
  secondsLeft(): number;
  add(row: Row): void;
  note(text: string): void;
  /** Says that there was no time for a case. */
  skip(key: Fields): void;
}

/** A part of a check. */
export interface Part {
  readonly name: string;
  /** One sentence. */
  readonly asks: string;
  /** Share of the seconds; what a part leaves goes to those after it. */
  readonly share: number;
  /** Whether nothing further is asked where this fails. False by default. */
  readonly isDecisive?: boolean;
  run(stage: Stage): Promise<void>;
}

/** Few repetitions: a self-check has many cases and little time. */
const repetitions = 3;
/** Least seconds of a repetition. */
const seconds = 0.1;

/** Asks a question of the benches for as long as there is time. */
export async function askIn(
  stage: Stage,
  question: Pick<Question, 'ask'>,
  cases?: RegExp,
): Promise<void> {
  const { host } = stage;
  const hasTime = (): boolean => stage.hasTime();
  const settings = { backends: ['gpu'] as const, repetitions, seconds, cases, hasTime };
  const asked = { name: '', asks: '', ...question };
  const { notes, skipped } = await ask(asked, host, settings, (row) => stage.add(row));
  for (const note of notes) stage.note(note);
  for (const key of skipped) stage.skip(key);
}
