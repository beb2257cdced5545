// Strips of a layer going through the banks: DRAM has one channel, which does one transfer after the other, while the
// cores work off the strips that are there.

import { largest } from '../core/extremes.ts';
import type { Strip } from '../mapping/strip-plan.ts';

/** What one channel of DRAM does. */
export interface StripTransfer {
  readonly kind: 'read' | 'write';
  readonly start: number;
  readonly end: number;
  readonly bytes: number;
}

/** How strips are run. */
export interface StripModel {
  readonly start: number;
  /** Parts of a bank: with 2, one is filled or emptied while the other is computed with. */
  readonly buffers: number;
  /** Whole cycles of a transfer; 0 for 0 bytes. */
  readonly transferCycles: (bytes: number) => number;
  /** Computes strip number `strip` from a cycle on; returns the cycle in which all cores are done. */
  readonly compute: (strip: number, start: number) => number;
}

/** What came of it. */
export interface StripRun {
  /** When all is computed and written. */
  readonly end: number;
  readonly transfers: readonly StripTransfer[];
  /** From when to when the cores had nothing to do. */
  readonly waits: readonly { readonly start: number; readonly end: number }[];
}

/**
 * Runs strips in order. Strip i is read when its part of the bank is free (strip i - buffers is computed) and computed when
 * it is read, the strip before is computed, and strip i - buffers is written.
 */
export function runStrips(strips: readonly Strip[], model: StripModel): StripRun {
  const { start, buffers, transferCycles, compute } = model;
  const transfers: StripTransfer[] = [];
  const waits: { start: number; end: number }[] = [];
  const [read, computed, written]: [number[], number[], number[]] = [[], [], []];
  let channel = start;
  const transfer = (kind: StripTransfer['kind'], bytes: number, ready: number): number => {
    const cycles = transferCycles(bytes);
    if (bytes === 0 || cycles === 0) return ready;
    const from = Math.max(channel, ready);
    channel = from + cycles;
    transfers.push({ kind, start: from, end: channel, bytes });
    return channel;
  };
  strips.forEach((strip, i) => {
    while (read.length < Math.min(strips.length, i + buffers)) {
      const next = read.length;
      read.push(transfer('read', strips[next]?.read ?? 0, computed[next - buffers] ?? start));
    }
    const before = computed[i - 1] ?? start;
    const from = Math.max(before, read[i] ?? start, written[i - buffers] ?? start);
    if (from > before) waits.push({ start: before, end: from });
    const end = compute(i, from);
    computed.push(end);
    written.push(transfer('write', strip.written, end));
  });
  const done = computed.at(-1) ?? start;
  const end = largest([done, ...written]);
  if (end > done) waits.push({ start: done, end });
  return { end, transfers, waits };
}
