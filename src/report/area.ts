// Area of a chip by part, each with the evidence of the numbers it is made of.

import { adcBits, readoutCost } from '../chips/adc-cost.ts';
import type { ChipSpec, Evidence } from '../chips/index.ts';
import { chipColumns } from '../chips/readout.ts';

/** Area of one kind of part. */
export interface AreaEntry {
  readonly part: 'macros' | 'featureMap' | 'weightSram' | 'accumulators';
  /** mm2. */
  readonly area: number;
  /** The weakest evidence of what it was computed from. */
  readonly evidence: Evidence;
}

const strength: readonly Evidence[] = ['assumed', 'inferred', 'read'];
const weakest = (...all: readonly Evidence[]): Evidence =>
  strength.find((evidence) => all.includes(evidence)) ?? 'assumed';

/** What the ADC's part of a macro rests on, where its bits are not those that the macro was stated for. */
function adcEvidence(chip: ChipSpec): readonly Evidence[] {
  const { model, calibratedBits, areaShare } = chip.adc;
  if (adcBits(chip.adc) === calibratedBits.value) return [];
  return [model.evidence, calibratedBits.evidence, areaShare.evidence];
}

/** Area of the parts that the chip's numbers tell; control, wiring and pads are not among them. */
export function chipArea(chip: ChipSpec): readonly AreaEntry[] {
  const { area, cores, featureMap, weightSram, accumulator, macro, precision } = chip;
  const macros = cores.count.value * cores.macros.value;
  const kernels =
    macro.partitions.value *
    Math.floor(
      macro.bitLinesPerPartition.value /
        chipColumns(chip, precision.weightBits.value).factors.length,
    );
  const sram = (bytes: number): number => (bytes * 8 * area.sramBit.value) / 1e6;
  return [
    {
      part: 'macros',
      area: macros * readoutCost(chip).macroArea,
      evidence: weakest(
        area.macro.evidence,
        cores.count.evidence,
        cores.macros.evidence,
        ...adcEvidence(chip),
      ),
    },
    {
      part: 'featureMap',
      area: sram(2 * featureMap.bankBytes.value + featureMap.shortcutBytes.value),
      evidence: weakest(
        area.sramBit.evidence,
        featureMap.bankBytes.evidence,
        featureMap.shortcutBytes.evidence,
      ),
    },
    {
      part: 'weightSram',
      area: sram(cores.count.value * weightSram.bytes.value),
      evidence: weakest(area.sramBit.evidence, weightSram.bytes.evidence),
    },
    {
      part: 'accumulators',
      area: (macros * kernels * accumulator.bits.value * area.accumulatorBit.value) / 1e6,
      evidence: weakest(area.accumulatorBit.evidence, accumulator.bits.evidence),
    },
  ];
}
