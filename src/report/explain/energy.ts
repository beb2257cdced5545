// Energies of a layer or a frame as formulas.

import type { ChipSpec } from '../../chips/index.ts';
import { energyParts } from '../energy.ts';
import { sramBytes } from '../static-power.ts';
import { columnRead } from './column-read.ts';
import { type Add, atSupply, explained, femto, given, perThousand } from './common.ts';
import type { Counts } from './counts.ts';
import {
  constant,
  counted,
  type Expression,
  minus,
  over,
  plus,
  times,
  valueOf,
} from './expression.ts';

/** Adds the energies below `path`. */
export function addEnergies(add: Add, chip: ChipSpec, path: string, countsOf: () => Counts): void {
  const count = (name: string, key: keyof Counts, unit = ''): Expression =>
    counted(name, countsOf()[key], unit, 'counted per image');
  const energy = (name: string): Expression => atSupply(chip, given(chip, `energy.${name}`));
  const parts: Readonly<Record<(typeof energyParts)[number], () => Expression>> = {
    macro: () =>
      over(
        times(
          plus(
            count('driven column reads', 'driven'),
            times(count('silent column reads', 'silent'), given(chip, 'energy.zeroPhaseShare')),
          ),
          columnRead(chip),
        ),
        femto,
      ),
    featureMap: () =>
      plus(
        times(count('bits read', 'mapRead', 'b'), energy('featureMapRead')),
        times(count('bits written', 'mapWritten', 'b'), energy('featureMapWrite')),
      ),
    accumulate: () =>
      plus(
        over(
          times(
            count('accumulations', 'accumulations'),
            given(chip, 'accumulator.bits'),
            energy('accumulatorBit'),
          ),
          femto,
        ),
        times(count('spilled bits', 'spilledBits', 'b'), energy('partialSum')),
      ),
    requantize: () => over(times(count('activations', 'requantized'), energy('requantize')), femto),
    weightPath: () =>
      plus(
        times(count('weight and index bits loaded', 'loadedBits', 'b'), energy('weightSramRead')),
        times(count('cell bits written', 'writtenBits', 'b'), energy('macroWrite')),
      ),
    static: () => staticEnergy(chip, count),
  };
  for (const part of energyParts) add(`${path}.${part}`, 'pJ', parts[part]);
  add(`${path}.total`, 'pJ', () =>
    plus(...energyParts.map((part) => explained(`${path}.${part}`, valueOf(parts[part]()), 'pJ'))),
  );
}

function staticEnergy(
  chip: ChipSpec,
  count: (name: string, key: keyof Counts, unit?: string) => Expression,
): Expression {
  const nanoseconds = (cycles: Expression): Expression =>
    over(times(cycles, perThousand('ns times MHz per cycle')), given(chip, 'clock.frequency'));
  const drawn = times(
    explained('energy.staticPower.total', valueOf(staticParts(chip).total()), 'mW'),
    nanoseconds(count('cycles', 'cycles')),
  );
  if (chip.static.gating.value === 'none') return drawn;
  const gated = explained('energy.staticPower.macros', valueOf(staticParts(chip).macros()), 'mW');
  return minus(drawn, times(gated, nanoseconds(count('idle cycles of the macros', 'idleCycles'))));
}

/** The static power by part, mW. */
export function staticParts(
  chip: ChipSpec,
): Readonly<Record<'control' | 'cores' | 'macros' | 'sram' | 'total', () => Expression>> {
  const cores = given(chip, 'cores.count');
  const parts = {
    control: () => atSupply(chip, given(chip, 'static.control')),
    cores: () => atSupply(chip, times(cores, given(chip, 'static.core'))),
    macros: () =>
      atSupply(chip, times(cores, given(chip, 'cores.macros'), given(chip, 'static.macro'))),
    sram: () =>
      atSupply(
        chip,
        over(
          times(
            counted(
              'bytes of SRAM',
              sramBytes(chip),
              'B',
              'two banks, shortcut memory, weight SRAM of each core',
            ),
            given(chip, 'static.sramByte'),
          ),
          constant(1e6, 'nW per mW'),
        ),
      ),
  };
  const total = (): Expression =>
    plus(parts.control(), parts.cores(), parts.macros(), parts.sram());
  return { ...parts, total };
}
