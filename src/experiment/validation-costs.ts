// The parts of the validation page about what costs: ADCs by their bits, DRAM, maps that do not fit.

import { adcFormTexts, mars, readoutCost, setChipValues } from '../chips/index.ts';
import type { Validation } from './validation.ts';
import { percent, round, table } from './validation-table.ts';

const bits = [3, 4, 5, 6, 7, 8] as const;

/** Column read and macro by the bits of the ADC, for every model. */
export function adcTable(): string {
  const models = Object.entries(adcFormTexts);
  const at = (model: string, count: number): string => {
    const { columnRead, macroArea } = readoutCost(
      setChipValues(mars, [`adc.model=${model}`, `adc.bits=${count}`]),
    );
    return `${round(columnRead, 1)} fJ, ${round(macroArea, 3)} mm²`;
  };
  const rows = models.map(([model]) => [`\`${model}\``, ...bits.map((count) => at(model, count))]);
  const forms = models.map(([model, { text, source }]) => `- \`${model}\`: ${text}. ${source}.`);
  return `## What an ADC costs by its bits

One column read and one macro of \`mars\`, by \`adc.model\` (B: bits). All are calibrated to the 6 bits of the published macro; a
form alone would be 7 to 14 times too high for it. Of the 60 fJ the ADC's share is assumed (\`adc.energyShare\`).

${table(['', ...bits.map((count) => `${count} bits`)], rows)}
${forms.join('\n')}
`;
}

/** What the published figures leave out. */
export function dramTable({ networks }: Validation): string {
  const rows = networks.flatMap(({ subject, weightsFromDram, inBatches, lowEnergy }) =>
    [
      { title: 'weights on the chip', report: undefined },
      { title: 'weights from DRAM', report: weightsFromDram },
      { title: 'the same, once for 4 images', report: inBatches },
    ].map(({ title, report }) => [
      `${subject.title}, ${title}`,
      round(report?.performance.framesPerSecond ?? lowEnergy.framesPerSecond),
      report ? round(report.dram.bytesPerFrame / 1024) : '0',
      report ? round(report.dram.bandwidth, 2) : '0',
      report ? round(report.energy.dram / 1e6, 1) : '0',
    ]),
  );
  return `## What DRAM would cost

No DRAM is in the figures above: every map fits the banks, and weights are taken to be in the weight SRAM
(\`controller.weights=weightSram\`, the default; \`controller.maps=banks\` refuses what does not fit). With
\`--set controller.weights=dram\` they come over 6.4 GB/s (assumed), of which each core that loads has its share; the last row needs
banks of 256 KB (\`--set controller.batch=4\`). Low energy; the first mask, where the top row is the mean.

${table(['', 'FPS', 'KB per frame', 'GB/s on average', 'µJ of DRAM'], rows)}`;
}

/** Networks whose maps do not fit. */
export function largeImageTable({ largeImages }: Validation): string {
  const rows = largeImages.map(({ title, bankBytes, report }) => {
    const { cyclesPerFrame, framesPerSecond, computeCycles, loadCycles, stalls } =
      report.performance;
    const inStrips = report.layers.filter(({ strips }) => strips > 0);
    return [
      `${title}, ${bankBytes / 1024} KB`,
      round(cyclesPerFrame / 1e6, 2),
      round(framesPerSecond, 2),
      round(report.dram.framesPerSecondWithout, 2),
      round((report.dram.read + report.dram.written) / 2 ** 20, 1),
      round(report.dram.bandwidth, 2),
      `${inStrips.length} of ${report.layers.length - 1}`,
      ...[computeCycles, loadCycles, stalls.port + stalls.pool, stalls.dram].map((cycles) =>
        percent(cycles / cyclesPerFrame),
      ),
    ];
  });
  return `## Images of 224×224

\`mars\` as it is, nothing pruned, and with larger banks (two and the shortcut memory, each of that size). Maps that fit no bank are
in DRAM, and pass through the banks in strips of rows with their halo; weights that do not stay in the macros are loaded
again for every strip. One row alone:
\`npx mars estimate --network resnet50-224 --set featureMap.bankBytes=262144 --set featureMap.shortcutBytes=262144\`. VGG16 has one linear layer instead of three; ResNet18 and ResNet50 have the stem of 7×7, and ResNet50
its strides in the 3×3 convolutions (v1.5).

${table(
  [
    'network, bank',
    'M cycles',
    'FPS',
    'without DRAM',
    'MB of maps per frame',
    'GB/s on average',
    'layers in strips',
    'compute',
    'loads',
    'ports and pools',
    'DRAM',
  ],
  rows,
)}`;
}
