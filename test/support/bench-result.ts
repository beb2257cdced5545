// Results of benches that nobody measured.

import type { Adapter, BenchResult, Row } from '../../src/measure/result.ts';
import { resultFormat } from '../../src/measure/result.ts';

export const fakeAdapter: Adapter = {
  name: 'a test adapter',
  vendor: '',
  architecture: '',
  device: '',
  driver: 'driver 1',
  software: true,
  limits: { maxBufferSize: 1024 },
  features: [],
};

/** A row with one rate per second, and another per CPU second unless it is null. */
export const fakeRow = (key: Row['key'], rate: number, cpuRate: number | null = rate): Row => ({
  key,
  facts: {},
  checked: 'nothing',
  timing: {
    repetitions: 3,
    runsPerRepetition: 1,
    wall: { min: 1, p50: 1, p95: 1, max: 1 },
    cpu: null,
    device: null,
    work: { 'column reads': rate },
    perSecond: { 'column reads': rate },
    perCpuSecond: cpuRate === null ? null : { 'column reads': cpuRate },
    roofline: null,
  },
});

/** A whole result. */
export const fakeResult = (
  rows: readonly Row[],
  changed: Partial<BenchResult> = {},
): BenchResult => ({
  format: resultFormat,
  question: 'column-reads',
  where: 'Node',
  date: '2026-11-24T12:00:00.000Z',
  commit: 'abc1234',
  machine: '2 x a CPU',
  runtime: 'Node v20.20.2',
  adapter: fakeAdapter,
  settings: { repetitions: 3, seconds: 0.1 },
  notes: [],
  rows,
  ...changed,
});
