// What a chip draws whatever happens, and what its events cost at its supply.

import { supplyScale } from '../chips/adc-cost.ts';
import type { ChipSpec, EnergySpec } from '../chips/index.ts';

/** Static power by part, mW at the chip's supply. */
export interface StaticPower {
  readonly control: number;
  readonly cores: number;
  readonly macros: number;
  readonly sram: number;
  readonly total: number;
}

/** Bytes of all SRAM: two banks, the shortcut memory, and the weight SRAM of every core. */
export const sramBytes = ({ featureMap, weightSram, cores }: ChipSpec): number =>
  2 * featureMap.bankBytes.value +
  featureMap.shortcutBytes.value +
  cores.count.value * weightSram.bytes.value;

/** The {@link StaticPower} of a chip. */
export function staticPower(chip: ChipSpec): StaticPower {
  const { static: power, cores } = chip;
  const scale = supplyScale(chip);
  const control = power.control.value * scale;
  const ofCores = cores.count.value * power.core.value * scale;
  const macros = cores.count.value * cores.macros.value * power.macro.value * scale;
  const sram = ((sramBytes(chip) * power.sramByte.value) / 1e6) * scale;
  return { control, cores: ofCores, macros, sram, total: control + ofCores + macros + sram };
}

/** The energies of a chip at its supply; shares and DRAM, which has a supply of its own, are what they are. */
export function energyAt(chip: ChipSpec): Readonly<Record<keyof EnergySpec, number>> {
  const { energy } = chip;
  const scale = supplyScale(chip);
  return {
    columnPhase: energy.columnPhase.value * scale,
    zeroPhaseShare: energy.zeroPhaseShare.value,
    featureMapRead: energy.featureMapRead.value * scale,
    featureMapWrite: energy.featureMapWrite.value * scale,
    accumulatorBit: energy.accumulatorBit.value * scale,
    partialSum: energy.partialSum.value * scale,
    requantize: energy.requantize.value * scale,
    weightSramRead: energy.weightSramRead.value * scale,
    macroWrite: energy.macroWrite.value * scale,
    dram: energy.dram.value,
  };
}
