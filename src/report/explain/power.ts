// Power, efficiency and DRAM as formulas.

import { adcBits } from '../../chips/adc-cost.ts';
import { mappingStorage } from '../../mapping/mapping-summary.ts';
import { adcRead, arrayRead } from './column-read.ts';
import { type Add, atSupply, explained, type Explained, given } from './common.ts';
import { staticParts } from './energy.ts';
import { constant, counted, type Expression, over, plus, times } from './expression.ts';

/** Adds what follows from the energies of a frame. */
export function addPowers(add: Add, { mapping, report }: Explained): void {
  const { chip } = mapping;
  for (const [part, expression] of Object.entries(staticParts(chip)))
    add(`energy.staticPower.${part}`, 'mW', expression);
  add('energy.columnRead.array', 'fJ', () => atSupply(chip, arrayRead(chip)));
  add('energy.columnRead.adc', 'fJ', () => atSupply(chip, adcRead(chip, adcBits(chip.adc))));
  const total = explained('energy.total', report.energy.perFrame.total, 'pJ');
  const fps = explained('performance.framesPerSecond', report.performance.framesPerSecond, '1/s');
  add('energy.averagePower', 'mW', () => over(times(total, fps), constant(1e9, 'pJ/s per mW')));
  add('energy.withDram', 'pJ', () =>
    plus(total, explained('energy.dram', report.energy.dram, 'pJ')),
  );
  const dramBits = report.energy.dram / chip.energy.dram.value;
  add('energy.dram', 'pJ', () =>
    times(
      counted(
        'bits of DRAM',
        chip.energy.dram.value === 0 ? 0 : dramBits,
        'b',
        'weights, and maps that do not fit, per image',
      ),
      given(chip, 'energy.dram'),
    ),
  );
}

/** Adds TOPS/W. */
export function addEfficiencies(add: Add, { mapping, report }: Explained): void {
  const total = explained('energy.total', report.energy.perFrame.total, 'pJ');
  const { macs, macsKept } = mappingStorage(mapping);
  const dram = explained('energy.dram', report.energy.dram, 'pJ');
  const efficiency = (count: number, name: string, energy: Expression): Expression =>
    over(
      times(
        constant(2, 'operations of a multiply-accumulate'),
        counted(name, count, '', 'counted per image'),
      ),
      energy,
    );
  add('topsPerWatt.executed', 'TOPS/W', () => efficiency(macsKept, 'MACs of stored groups', total));
  add('topsPerWatt.denseEquivalent', 'TOPS/W', () => efficiency(macs, 'MACs of all groups', total));
  add('topsPerWatt.executedWithDram', 'TOPS/W', () =>
    efficiency(macsKept, 'MACs of stored groups', plus(total, dram)),
  );
  add('topsPerWatt.denseEquivalentWithDram', 'TOPS/W', () =>
    efficiency(macs, 'MACs of all groups', plus(total, dram)),
  );
}
