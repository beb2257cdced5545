// How long DRAM takes.

import type { ChipSpec } from './chip-spec.ts';

type Timed = Pick<ChipSpec, 'dram' | 'clock'>;

/** Bytes that DRAM moves in a cycle of the chip's clock: GB/s over MHz. */
export const dramBytesPerCycle = ({ dram, clock }: Timed): number =>
  (dram.bandwidth.value * 1000) / clock.frequency.value;

/** Cycles of the chip's clock from the start of a transfer to its first byte. */
export const dramLatency = ({ dram, clock }: Timed): number =>
  (dram.latency.value * clock.frequency.value) / 1000;

/** Cycles that transfers of `bytes` in all take one after the other. */
export const dramCycles = (chip: Timed, bytes: number, transfers: number): number =>
  bytes / dramBytesPerCycle(chip) + transfers * dramLatency(chip);
