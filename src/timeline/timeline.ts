// What the controller does, when: steps on cores, in cycles.

import type { Cycle } from '../core/units.ts';
import type { Memory } from '../mapping/place-feature-maps.ts';

/**
 * What a core does in a step: `load`, weights are written into its macros; `compute`, macro-ops with their
 * accumulation, requantization and write-back behind them; `drain`, the last results leave that pipeline; `pool`;
 * `wait`, idling at the barrier that ends a pass or layer; `dram`, idling until a strip has come from DRAM or gone there.
 */
export type StepKind = 'load' | 'compute' | 'drain' | 'pool' | 'wait' | 'dram';

/** Half of a core's macros under macroPingPong, else all of them. */
export type MacroHalf = 0 | 1 | 'all';

/** Where and when a step is. */
export interface StepTime {
  readonly layer: string;
  readonly core: number;
  readonly start: Cycle;
  readonly cycles: Cycle;
}

/** A step of a kernel tile. */
export interface TileStep extends StepTime {
  readonly kind: Exclude<StepKind, IdleStep['kind']>;
  readonly half: MacroHalf;
  readonly tile: number;
  /** Number of the weight load within the tile. */
  readonly load: number;
  /**
   * Cycles of a compute step that went to waiting for ports: feature-map words, write-back, spilled partial sums. Of a load,
   * those by which DRAM was slower than the macros are written.
   */
  readonly stalled: number;
  /** Weight groups that are loaded or walked. */
  readonly groups: number;
}

/** A step in which the macros do nothing. */
export interface IdleStep extends StepTime {
  readonly kind: 'pool' | 'wait' | 'dram';
}

/** One thing that a core, or one half of its macros, does without a break. */
export type ControllerStep = TileStep | IdleStep;

/** Whether macros take part in a step. */
export const isTileStep = (step: ControllerStep): step is TileStep => 'tile' in step;

/** Whether weights are loaded into one half of the macros while the other computes. */
export const isHalved = ({ steps }: Pick<Timeline, 'steps'>): boolean =>
  steps.some((step) => isTileStep(step) && step.half !== 'all');

/** Core-cycles of a layer by what they went to, averaged over the cores; they add up to the layer's cycles. */
export interface CycleShares {
  /** Macro-ops. */
  readonly compute: number;
  /** Weight loads that nothing hides. */
  readonly load: number;
  /** Waiting for ports during macro-ops. */
  readonly port: number;
  /** Emptying the pipeline after each weight load's macro-ops. */
  readonly drain: number;
  /** Pooling. */
  readonly pool: number;
  /** Waiting for the slowest core. */
  readonly barrier: number;
  /** Waiting for DRAM: strips of feature maps, and weights where they come from there. */
  readonly dram: number;
}

/** A strip of a feature map on its way. */
export interface DramTransfer {
  readonly layer: string;
  readonly kind: 'read' | 'write';
  readonly start: Cycle;
  readonly cycles: Cycle;
  readonly bytes: number;
}

/** One layer's share of the frame. */
export interface LayerTime extends CycleShares {
  readonly layer: string;
  readonly start: Cycle;
  readonly cycles: Cycle;
  /** Memories of its input, its output and its residual. */
  readonly reads: Memory;
  readonly writes: Memory;
  readonly adds: Memory | undefined;
}

/** The schedule of one image, or of a batch of images that share weight loads. */
export interface Timeline {
  readonly network: string;
  readonly chip: string;
  readonly cores: number;
  /** MHz. */
  readonly frequency: number;
  /** Images of the batch. Steps and layers are of all of them together. */
  readonly images: number;
  /** Cycles over images. */
  readonly cyclesPerFrame: Cycle;
  readonly layers: readonly LayerTime[];
  readonly steps: readonly ControllerStep[];
  /** What DRAM does for maps that do not fit; empty where all do. One after the other. */
  readonly transfers: readonly DramTransfer[];
}

/** Sums of each share over the frame; of a batch, for one of its images. */
export function frameShares(timeline: Timeline): CycleShares {
  const sum = (name: keyof CycleShares): number =>
    timeline.layers.reduce((total, layer) => total + layer[name], 0) / timeline.images;
  return {
    compute: sum('compute'),
    load: sum('load'),
    port: sum('port'),
    drain: sum('drain'),
    pool: sum('pool'),
    barrier: sum('barrier'),
    dram: sum('dram'),
  };
}

/** Images per second; 0 where a frame takes no cycles, because nothing is stored. */
export const framesPerSecond = (timeline: Timeline): number =>
  timeline.cyclesPerFrame === 0 ? 0 : (timeline.frequency * 1e6) / timeline.cyclesPerFrame;
