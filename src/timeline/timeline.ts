// What the controller does, when: steps on cores, in cycles.

import type { Cycle } from '../core/units.ts';

/** What a core does in a step. `wait` is idling at the barrier that ends a pass. */
export type StepKind = 'load' | 'compute' | 'wait';

/** One thing that one core does without a break. */
export interface ControllerStep {
  readonly kind: StepKind;
  readonly layer: string;
  readonly core: number;
  /** Kernel tile; -1 where the core has none and only waits. */
  readonly tile: number;
  /** Number of the weight load within the tile; -1 for a wait. */
  readonly load: number;
  readonly start: Cycle;
  readonly cycles: Cycle;
  /** Weight groups that are loaded or walked. */
  readonly groups: number;
}

/** One layer's share of the frame. */
export interface LayerTime {
  readonly layer: string;
  readonly start: Cycle;
  readonly cycles: Cycle;
  /** Cycles that a core computes, loads and waits, averaged over the cores; they add up to `cycles`. */
  readonly compute: number;
  readonly load: number;
  readonly wait: number;
  /** Feature-map bank that is read; the other one is written. */
  readonly bank: 0 | 1;
}

/** The schedule of one image. */
export interface Timeline {
  readonly network: string;
  readonly chip: string;
  readonly cores: number;
  /** MHz. */
  readonly frequency: number;
  readonly cyclesPerFrame: Cycle;
  readonly layers: readonly LayerTime[];
  readonly steps: readonly ControllerStep[];
}

/** Images per second. */
export const framesPerSecond = (timeline: Timeline): number =>
  (timeline.frequency * 1e6) / timeline.cyclesPerFrame;
