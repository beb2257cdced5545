// Hardware as data: `import { mars } from 'mars-cim/chips'`.

import { CimError } from '../core/errors.ts';
import type { ChipSpec } from './chip-spec.ts';
import { genericSram } from './generic-sram.ts';
import { mars, mars128col, mars4b, marsDense, marsLowEnergy } from './mars.ts';
import { yue2021 } from './yue-2021.ts';

export {
  type AdcForm,
  adcForms,
  adcBits,
  readoutCost,
  type ReadoutCost,
  supplyScale,
} from './adc-cost.ts';
export { type AdcFormText, adcFormTexts } from './adc-form-texts.ts';
export type {
  AdcCostSpec,
  AdcCostTable,
  AdcModel,
  AdcRange,
  AdcSpec,
  AreaSpec,
  Barrier,
  ChipSpec,
  EnergySpec,
  Gating,
  LargeMaps,
  MacroSpec,
  Overlap,
  Sparsity,
  StaticSpec,
  TableAdcSpec,
  UniformAdcSpec,
  UniformChip,
  WeightCells,
  WeightSource,
} from './chip-spec.ts';
export { chipJsonSchema, permittedValues, readChipFile, setChipValues } from './chip-file.ts';
export type { Permitted } from '../core/permitted.ts';
export { type NoiseDeviations, noiseDeviations, type NoiseSpec, noNoise } from './noise-spec.ts';
export { mars, mars128col, mars4b, marsDense, marsLowEnergy } from './mars.ts';
export { genericSram } from './generic-sram.ts';
export { yue2021 } from './yue-2021.ts';
export { type BitWidths, macroGeometry, type MacroGeometry } from './macro-geometry.ts';
export {
  type Evidence,
  isSourced,
  type ProvenanceEntry,
  provenanceOf,
  sourced,
  type Sourced,
  type SourcedValue,
} from './sourced.ts';

/** Every chip of this package, by name. */
export const chips: Readonly<Record<string, ChipSpec>> = Object.fromEntries(
  [mars, mars128col, mars4b, marsDense, marsLowEnergy, yue2021, genericSram].map((chip) => [
    chip.name,
    chip,
  ]),
);

/**
 * The chip of this name.
 * @throws {CimError} (usage) listing the names that exist
 */
export function chipNamed(name: string): ChipSpec {
  const chip = Object.hasOwn(chips, name) ? chips[name] : undefined;
  if (!chip)
    throw new CimError('usage', {
      what: `no chip is called "${name}"`,
      todo: `known: ${Object.keys(chips).join(', ')}`,
    });
  return chip;
}
