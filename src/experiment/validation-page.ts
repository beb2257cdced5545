// docs/validation.md, as text: the published figures beside ours, and how far each can be trusted.

import { provenanceOf } from '../chips/sourced.ts';
import { mars } from '../chips/index.ts';
import { balances } from '../mapping/place-tiles.ts';
import { adcTable, dramTable, largeImageTable } from './validation-costs.ts';
import { percent, round, table } from './validation-table.ts';
import { trainedSection } from './validation-trained-table.ts';
import type { MeanFigures, NetworkValidation, Validation } from './validation.ts';

/** The page. The same figures give the same text. */
export function validationPage(validation: Validation): string {
  return [
    intro,
    publishedTable(validation),
    fitted,
    trainedSection(validation),
    arithmeticTable(validation),
    stallTable(validation),
    balanceTable(validation),
    ...validation.networks.map(sensitivityTable),
    adcTable(),
    dramTable(validation),
    largeImageTable(validation),
    evidence(),
    inconsistencies(validation),
  ].join('\n');
}

const intro = `# Validation

This page is written by \`npx mars validate --out docs/validation.md\`; a test compares it with what the code gives today.

What is modelled is a MARS-like architecture reconstructed from the paper's abstract, its patent's claim and the
published macro. The paper's full text was not open to us: nothing here comes from its tables, and only the four figures
of its abstract are used to compare with.

## The published figures
`;

function publishedTable({ networks }: Validation): string {
  const [vgg, resnet] = networks;
  if (!vgg || !resnet) return '';
  const fps = ({ lowEnergy }: NetworkValidation): string =>
    `${round(lowEnergy.framesPerSecond)} with all modelled stalls, ${round(lowEnergy.framesPerSecondBeforeStalls)} before them`;
  const rows = [
    [
      '52.3 TOPS/W, VGG16',
      'journal abstract',
      `${round(vgg.lowEnergy.denseEquivalent, 1)} dense-equivalent (${round(vgg.lowEnergy.executed, 1)} executed)`,
      'fitted: the scale of the density profile was chosen for it',
    ],
    [
      '88.2 TOPS/W, ResNet18',
      'journal abstract',
      `${round(resnet.lowEnergy.denseEquivalent, 1)} dense-equivalent (${round(resnet.lowEnergy.executed, 1)} executed)`,
      'fitted, as above',
    ],
    [
      'over 700 FPS on CIFAR-10',
      'journal abstract; the network is not named',
      `VGG16 ${fps(vgg)}; ResNet18 ${fps(resnet)}`,
      'predicted, given the fit',
    ],
    [
      'over 400 FPS on CIFAR-100',
      'journal abstract; the network is not named',
      `reached before stalls with ${percent(vgg.macsAt400)} of VGG16's MACs or ${percent(resnet.macsAt400)} of ResNet18's`,
      'not predicted: the density of the CIFAR-100 networks is not known',
    ],
  ];
  return table(['published', 'where', 'ours (`mars-low-energy`)', 'how'], rows);
}

const fitted = `Ours are means over eight random masks of an illustrative density profile, 8-bit weights and activations.

**Fitted**: the profile's scale, once per network (1.1 and 0.5), to the published TOPS/W; the clock, the reading of the
macro and the low end of its energies were chosen knowing all four figures. **Predicted**: the frames per second.
**Unknown**: the accounting of the published TOPS/W (dense-equivalent and without DRAM is inferred: executed operations
of this macro cannot reach 88.2), accuracy and density of the published networks, SRAM sizes, area, supply, and whether
MARS stalls as this model does. Agreement shows that the reconstruction is possible, not that it is right.
`;

function arithmeticTable({ macroOp8, macroOp4, networks }: Validation): string {
  const rows: (readonly string[])[] = [
    [
      'energy of an 8b/8b macro-op',
      '15.4 pJ (256 column reads of 60 fJ)',
      `${round(macroOp8.picojoules, 2)} pJ`,
    ],
    ['macro peak, 8b/8b', '16.63 TOPS/W (second-hand)', `${round(macroOp8.topsPerWatt, 2)} TOPS/W`],
    [
      'macro peak, 4b/4b',
      '68.44 TOPS/W (read as the high end)',
      `${round(macroOp4.topsPerWatt, 2)} TOPS/W`,
    ],
  ];
  const expected: Readonly<Record<string, readonly [string, string, string, string]>> = {
    VGG16: ['313.20 M', '57496', '327', '186'],
    ResNet18: ['555.42 M', '43624', '184', '139'],
  };
  for (const { subject, denseComputeOnly, dense } of networks) {
    const [macs, groups, compute, serial] = expected[subject.title] ?? ['', '', '', ''];
    const total = denseComputeOnly.layers.reduce((sum, layer) => sum + layer.macs, 0);
    const fps = ({ performance }: typeof dense): string =>
      round(performance.framesPerSecondBeforeStalls);
    rows.push(
      [`${subject.title}: MACs per image`, macs, `${round(total / 1e6, 2)} M`],
      [`${subject.title}: 16×16 weight groups`, groups, String(dense.compression.groups)],
      [`${subject.title}: dense FPS, loads hidden`, compute, fps(denseComputeOnly)],
      [`${subject.title}: dense FPS, serial loads`, serial, fps(dense)],
    );
  }
  return `## Arithmetic

${table(['what', 'expected', 'ours'], rows)}`;
}

const stallNames = ['compute', 'load', 'barrier', 'port', 'drain', 'pool'] as const;

function stallTable({ networks }: Validation): string {
  const rows = networks.flatMap(({ subject, lowEnergy, nominal }) => {
    const figures = (chip: string, mean: MeanFigures): readonly string[] => [
      `${subject.title}, \`${chip}\``,
      percent(mean.weightsKept),
      percent(mean.macsKept),
      round(mean.framesPerSecondBeforeStalls),
      round(mean.framesPerSecond),
      ...stallNames.map((name) => round(mean.cycles[name] / 1000, 1)),
      round(mean.energy, 1),
      round(mean.milliwatts, 1),
      round(mean.denseEquivalent, 1),
    ];
    return [figures('mars-low-energy', lowEnergy), figures('mars', nominal)];
  });
  const head = ['', 'weights kept', 'MACs kept', 'FPS before stalls', 'FPS'];
  const cycleHead = stallNames.map((name) => `${name}, k cycles`);
  return `## What the stalls cost

At the fitted profile. Cycles are averages over the cores and add up to a frame. "Before stalls" there are compute, load
and the barrier at the end of each layer; the stalls are ports (feature-map words, write-back, spilled partial sums),
emptying the pipeline after each weight load, and pooling.

${table([...head, ...cycleHead, 'µJ', 'mW', 'TOPS/W dense-eq.'], rows)}`;
}

function balanceTable({ networks }: Validation): string {
  const rows = networks.map(({ subject, balanced }) => [
    subject.title,
    ...balances.map((balance) => {
      const gain =
        balance === 'none'
          ? ''
          : ` (${((balanced[balance] / balanced.none - 1) * 100).toFixed(1)} %)`;
      return `${round(balanced[balance])}${gain}`;
    }),
  ]);
  return `## Dealing tiles onto cores

Frames per second at the fitted profile, mean over the eight masks (\`--balance\`).

${table(['', ...balances.map((balance) => `\`${balance}\``)], rows)}`;
}

/** Rows of a tornado table in the page. */
const topRows = 5;

function sensitivityTable({ subject, sensitivity }: NetworkValidation): string {
  const tried = (one: (typeof sensitivity.rows)[number]['low']): readonly [string, string] =>
    one
      ? [round(one.outcome.framesPerSecond), round(one.outcome.topsPerWatt, 1)]
      : ['not possible', 'not possible'];
  const rows = sensitivity.rows.slice(0, topRows).map((entry) => {
    const [lowFps, lowTops] = tried(entry.low);
    const [highFps, highTops] = tried(entry.high);
    return [
      `\`${entry.parameter}\``,
      `${entry.value} ${entry.unit}`.trim(),
      entry.evidence,
      `${lowFps}, ${highFps}`,
      `${lowTops}, ${highTops}`,
    ];
  });
  const { framesPerSecond, topsPerWatt } = sensitivity.base;
  return `## What moves ${subject.title} most

One number at a time halved and doubled, from ${round(framesPerSecond)} FPS and ${round(topsPerWatt, 1)} TOPS/W (\`npx mars sensitivity --network ${subject.title.toLowerCase()} --density-profile ${subject.scale} --chip mars-low-energy\`).

${table(['parameter', 'value', 'evidence', 'FPS at half, double', 'TOPS/W at half, double'], rows)}`;
}

function evidence(): string {
  const entries = provenanceOf(mars);
  const of = (kind: string): number => entries.filter((entry) => entry.evidence === kind).length;
  return `## Where the numbers come from

Of the ${entries.length} numbers of \`mars\`, ${of('read')} were read in their source, ${of('inferred')} are inferred and ${of('assumed')} assumed; \`npx mars info --chip mars\`
lists each with its source.
`;
}

const inconsistencies = ({ networks }: Validation): string => {
  const pass = networks.map(({ subject, balanced, withPassBarrier }) => {
    return `${subject.title} ${round(withPassBarrier)} FPS instead of ${round(balanced.none)}`;
  });
  return `## Where the sources do not agree

- Macro-ops at the border of a map: skipping those whose input lies outside fits one description, but the dense frame
  rates above only come out when they are executed. They are executed here, with nothing on the word lines.
- The barrier: one description lets cores wait for the slowest after every pass of four tiles, which would give
  ${pass.join(' and ')}. Nothing but the exchange of the banks needs it, so the
  barrier is at the end of a layer (\`--set controller.barrier=pass\` for the other).
- The macro's columns: one row of the database allows 64 bit lines (\`mars\`) and 128 (\`mars-128col\`).
`;
};
