// The report: what a person compares and a script reads. Its fields are a contract; a change raises the version.

import type { ProvenanceEntry } from '../chips/index.ts';
import type { NoiseDeviations } from '../chips/noise-spec.ts';
import type { Shape, Size } from '../core/feature-map.ts';
import type { MacroPath } from '../simulate/macro-backend.ts';
import type { Balance } from '../mapping/place-tiles.ts';
import type { AreaEntry } from './area.ts';
import type { EnergyBreakdown } from './energy.ts';
import type { StaticPower } from './static-power.ts';

/** Version of the report format. */
export const reportVersion = 3;

/**
 * One layer of a report. Pools have no groups and no macro-ops. The first row, of kind `image`, is the image's way into
 * its bank, so that every total is the sum of its rows.
 */
export interface LayerReport {
  readonly name: string;
  readonly kind: 'image' | 'conv' | 'linear' | 'maxPool' | 'averagePool';
  /** Its memories for input, output and residual; the image comes from `outside`. */
  readonly memories: {
    readonly reads: string;
    readonly writes: string;
    readonly adds: string | null;
  };
  /** Of one image in and out, and the kernel or the window of a pool. */
  readonly shape: { readonly input: Shape; readonly output: Shape; readonly kernel: Size };
  readonly macs: number;
  readonly groups: number;
  readonly groupsKept: number;
  /** Of a convolution of several groups: share of the cells of its stored groups that hold a weight. Absent otherwise. */
  readonly cellsUsed?: number;
  /** Per image, as are all counts and energies of a layer. */
  readonly macroOps: number;
  readonly cycles: number;
  /** Strips that its maps pass through the banks in; 0 where they fit. */
  readonly strips: number;
  /** Bytes read from and written to DRAM. */
  readonly dram: DramBytes;
  /** pJ. */
  readonly energy: EnergyBreakdown;
  /** Its ADC, in unit discharges; step and offset are null where its codes are not as far apart everywhere. Null for pools. */
  readonly adc: {
    readonly codes: number;
    readonly step: number | null;
    readonly offset: number | null;
  } | null;
  /** How column reads were computed; null for pools, and where nothing was simulated. */
  readonly path: MacroPath | null;
  readonly columnReads: number;
  readonly saturatedReads: number;
  readonly zeroPhaseReads: number;
  readonly overflowedSums: number;
}

/** Bytes that DRAM moves for one image: of feature maps, and of weights with their group lists. */
export interface DramBytes {
  readonly read: number;
  readonly written: number;
  readonly weights: number;
}

/** All that one run found. */
export interface Report {
  readonly version: number;
  /** Of the noise; the command line makes untrained weights and random masks from it as well. */
  readonly seed: number;
  /** Deviations: `read` and `offset` in unit discharges, `gain` and `cell` as shares; all 0: no noise. */
  readonly noise: NoiseDeviations;
  readonly network: string;
  readonly chip: string;
  readonly dataset: string;
  readonly adapter: string;
  readonly backend: string;
  /** Why this backend was taken, where nobody asked for one; absent otherwise. */
  readonly backendChoice?: string;
  /** Another backend that computed the first images too, and got the same; absent where there was none. */
  readonly checked?: {
    readonly backend: string;
    readonly adapter: string;
    readonly images: number;
  };
  /** Why nothing was simulated although that was asked for; absent otherwise. */
  readonly notSimulated?: string;
  /** Most bytes of device memory that the simulation took; null without a device. */
  readonly peakMemory: number | null;
  readonly images: number;
  /** Shares of the images; null where there were no labels to compare with, or the network was not run that way. */
  readonly accuracy: {
    /** Of the simulated chip. */
    readonly top1: number | null;
    /** Of the trained network in real arithmetic, nothing pruned. */
    readonly floatTop1: number | null;
    /** Images that floatTop1 is of, the first ones: real arithmetic is slow for large networks. */
    readonly floatImages: number;
    /** Of the integer network, as exact convolutions. */
    readonly quantizedTop1: number | null;
    /** Images on which chip and integer network give the same class. */
    readonly agreement: number | null;
  };
  readonly compression: {
    readonly weightBits: number;
    readonly activationBits: number;
    readonly groups: number;
    readonly groupsKept: number;
    /** Shares of all weights and multiply-accumulates that are in stored groups. */
    readonly weightsKept: number;
    readonly macsKept: number;
    readonly indexBits: number;
    readonly storedBits: number;
    readonly denseBits: number;
  };
  readonly performance: {
    readonly cyclesPerFrame: number;
    readonly framesPerSecond: number;
    /** Per core on average; the three add up to cyclesPerFrame. */
    readonly computeCycles: number;
    readonly loadCycles: number;
    readonly stallCycles: number;
    /** What stallCycles went to. */
    readonly stalls: {
      /** Waiting for the slowest core. */
      readonly barrier: number;
      /** Waiting for feature-map words, write-back or spilled partial sums. */
      readonly port: number;
      /** Emptying the pipeline. */
      readonly drain: number;
      readonly pool: number;
      /** Waiting for strips of feature maps, or for weights, from DRAM. */
      readonly dram: number;
    };
    /** If ports, spills, pipeline and pooling took no time. */
    readonly framesPerSecondBeforeStalls: number;
    /** How kernel tiles are dealt onto cores, and frames per second over those with `none`. */
    readonly balance: Balance;
    readonly balanceGain: number;
    /** Share of the core-cycles that compute. */
    readonly utilization: number;
  };
  readonly energy: {
    /** pJ. */
    readonly perFrame: EnergyBreakdown;
    /**
     * DRAM per frame, pJ; not part of the total. The weights that it brings, or, where the chip is taken to hold them,
     * reading the stored network once; and what feature maps need.
     */
    readonly dram: number;
    /** What the same frame takes by the estimate's assumptions: every input phase drives something. */
    readonly assumed: EnergyBreakdown;
    /** One column read, fJ: bit line and word lines, and the ADC; null in reports of before version 3. */
    readonly columnRead: { readonly array: number; readonly adc: number } | null;
    /** mW while nothing is gated; null in reports of before version 3. */
    readonly staticPower: StaticPower | null;
    /** Events counted by the simulation, or estimated from the mapping: then no read is known to be free. */
    readonly activity: 'simulated' | 'estimated';
    /** pJ per frame over the time of a frame, mW. */
    readonly averagePower: number;
  };
  readonly topsPerWatt: {
    /** Only multiply-accumulates of stored groups count; 1 MAC is 2 operations. */
    readonly executed: number;
    /** All multiply-accumulates of the dense network count. */
    readonly denseEquivalent: number;
    readonly executedWithDram: number;
    readonly denseEquivalentWithDram: number;
  };
  /** What DRAM does in the time of a frame: nothing, where maps fit the banks and weights the chip. */
  readonly dram: DramBytes & {
    /** Bytes per frame in all, and the GB/s that the frame rate needs of it on average. */
    readonly bytesPerFrame: number;
    readonly bandwidth: number;
    /** If all that it moves were there at once. */
    readonly framesPerSecondWithout: number;
  };
  /** mm2; control, wiring and pads are not known and not in it. */
  readonly area: { readonly total: number; readonly parts: readonly AreaEntry[] };
  readonly layers: readonly LayerReport[];
  readonly provenance: readonly ProvenanceEntry[];
}

/** Canonical text of a report: the same report gives the same bytes. */
export const reportText = (report: Report): string => `${JSON.stringify(report, null, 2)}\n`;
