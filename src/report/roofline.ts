// Roofline of a report (S. Williams et al., Commun. ACM 52(4), 2009): what each layer reaches, beside what macros and DRAM
// allow for its operations per byte.

import { type ChipSpec, macroGeometry } from '../chips/index.ts';
import { CimError } from '../core/errors.ts';
import type { LayerReport, Report } from './report.ts';

/** What the bytes of a roofline are. */
export type RooflineBytes = 'moved' | 'once';

/** A layer of a roofline. */
export interface RooflinePoint {
  readonly layer: string;
  /** Operations per byte; a multiply-accumulate is two operations. */
  readonly intensity: number;
  /** Operations per second that it reaches in its cycles, and those that the roofs allow. */
  readonly rate: number;
  readonly attainable: number;
}

/** Layers and roofs. */
export interface Roofline {
  /** Operations per second of all macros, every word line and kernel in use, with the bits of the network. */
  readonly computeRoof: number;
  /** Bytes per second of DRAM. */
  readonly bandwidth: number;
  /**
   * `moved`: bytes that DRAM moves. `once`: the chip moves none, so what a layer would if its maps and stored weights passed
   * DRAM once each; then the slanted roof says what that would cost.
   */
  readonly bytes: RooflineBytes;
  /** Layers that run on macros, in the order of the network; under `moved`, those that DRAM moves bytes for. */
  readonly points: readonly RooflinePoint[];
}

/**
 * The roofline of a report.
 * @param chip that the report is of
 * @throws {CimError} (input) when no layer runs on macros
 */
export function rooflineOf(report: Report, chip: ChipSpec): Roofline {
  const { weightBits, activationBits, groupsKept, storedBits } = report.compression;
  const geometry = macroGeometry(chip, { weightBits, inputBits: activationBits });
  const cyclesPerSecond = chip.clock.frequency.value * 1e6;
  const { cores, macros } = {
    cores: chip.cores.count.value,
    macros: chip.cores.macros.value,
  };
  const perMacroOp = 2 * geometry.wordLinesOn * geometry.kernelsPerMacro;
  const computeRoof = (perMacroOp * cores * macros * cyclesPerSecond) / geometry.cyclesPerMacroOp;
  const bandwidth = chip.dram.bandwidth.value * 1e9;
  const bytes = report.dram.bytesPerFrame > 0 ? 'moved' : 'once';
  const bytesPerGroup = storedBits / 8 / Math.max(1, groupsKept);
  const bytesOf = (layer: LayerReport): number =>
    bytes === 'moved'
      ? layer.dram.read + layer.dram.written + layer.dram.weights
      : mapBytes(layer, activationBits) + layer.groupsKept * bytesPerGroup;
  const points = report.layers
    .filter((layer) => layer.macs > 0 && layer.cycles > 0 && bytesOf(layer) > 0)
    .map((layer): RooflinePoint => {
      // Groups that are not stored are not computed.
      const operations = (2 * layer.macs * layer.groupsKept) / Math.max(1, layer.groups);
      const intensity = operations / bytesOf(layer);
      return {
        layer: layer.name,
        intensity,
        rate: (operations / layer.cycles) * cyclesPerSecond,
        attainable: Math.min(computeRoof, intensity * bandwidth),
      };
    })
    .filter(({ intensity }) => intensity > 0);
  if (points.length > 0) return { computeRoof, bandwidth, bytes, points };
  throw new CimError('input', {
    what: 'has no layer that runs on macros',
    where: [report.network],
  });
}

const mapBytes = ({ shape: { input, output } }: LayerReport, bits: number): number =>
  ((input.height * input.width * input.channels + output.height * output.width * output.channels) *
    bits) /
  8;
