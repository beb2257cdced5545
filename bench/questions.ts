// Every question of this folder, in the order in which they are asked.

import { accuracy } from './accuracy.bench.ts';
import { batchScaling } from './batch-scaling.bench.ts';
import { columnReads } from './column-reads.bench.ts';
import { host } from './host.bench.ts';
import { imagesPerSecond } from './images-per-second.bench.ts';
import { macros } from './macros.bench.ts';
import { memory } from './memory.bench.ts';
import { networkSize } from './network-size.bench.ts';
import { reference } from './reference.bench.ts';
import { rooflineQuestion } from './roofline.bench.ts';
import { shortcut } from './shortcut.bench.ts';
import type { Question } from './support/question.ts';

/** All questions. */
export const questions: readonly Question[] = [
  rooflineQuestion,
  columnReads,
  shortcut,
  macros,
  reference,
  imagesPerSecond,
  batchScaling,
  networkSize,
  host,
  memory,
  accuracy,
];
