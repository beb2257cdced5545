// Every question of this folder, in the order in which they are asked.

import { accuracy } from './accuracy.bench.ts';
import { batchScaling } from './batch-scaling.bench.ts';
import { columnReads } from '../src/measure/questions/column-reads.ts';
import { host } from './host.bench.ts';
import { imagesPerSecond } from '../src/measure/questions/images-per-second.ts';
import { macros } from './macros.bench.ts';
import { memory } from './memory.bench.ts';
import { networkSize } from './network-size.bench.ts';
import { randomCases } from './random-cases.bench.ts';
import { reference } from './reference.bench.ts';
import { rooflineQuestion } from './roofline.bench.ts';
import { shortcut } from '../src/measure/questions/shortcut.ts';
import { threadScaling } from './thread-scaling.bench.ts';
import type { Question } from '../src/measure/question.ts';

/** All questions. */
export const questions: readonly Question[] = [
  rooflineQuestion,
  columnReads,
  shortcut,
  macros,
  reference,
  imagesPerSecond,
  batchScaling,
  threadScaling,
  networkSize,
  host,
  memory,
  accuracy,
  randomCases,
];
