// The section of docs/validation.md on trained networks, as text.

import { percent, round, table } from './validation-table.ts';
import type { TrainedFigures } from './validation-trained.ts';
import type { NetworkValidation, Validation } from './validation.ts';

/** What CIMinus reports of its own model against MARS (arXiv 2511.16368, abstract), and a fifth. */
const margins = [0.0527, 0.2] as const;

/** The section of the page; empty where no network was trained. */
export function trainedSection({ networks, trained }: Validation): string {
  if (trained.length === 0) return '';
  const pairs = trained.flatMap((figures) => {
    const beside = networks.find(({ subject }) => subject.title === figures.title);
    return beside ? [{ figures, beside }] : [];
  });
  return [
    '## From trained masks',
    '',
    'Networks of `models/` that were trained, pruned by groups and quantized to 8 bits (models/README.md: how, and how accurate they are).',
    'Nothing is fitted here; the clock and the low end of the energies were chosen knowing the published figures, as above.',
    '',
    table(
      [
        '',
        'weights kept',
        'MACs kept',
        'FPS before stalls',
        'FPS',
        'TOPS/W `mars`',
        'TOPS/W `mars-low-energy`',
      ],
      pairs.flatMap(({ figures, beside }) => [trainedRow(figures), profileRow(beside)]),
    ),
    table(
      [
        'published',
        'trained, `mars-low-energy`',
        'off by',
        ...margins.map((one) => `within ${Number((100 * one).toFixed(2))} %`),
      ],
      pairs.flatMap(({ figures, beside }) => comparisons(figures, beside)),
    ),
    ...pairs.map(({ figures, beside }) => layerTable(figures, beside)),
  ].join('\n');
}

const trainedRow = ({ title, network, lowEnergy, nominal }: TrainedFigures): readonly string[] => [
  `${title}, trained (\`${network}\`)`,
  percent(lowEnergy.compression.weightsKept),
  percent(lowEnergy.compression.macsKept),
  round(lowEnergy.performance.framesPerSecondBeforeStalls),
  round(lowEnergy.performance.framesPerSecond),
  round(nominal.topsPerWatt.denseEquivalent, 1),
  round(lowEnergy.topsPerWatt.denseEquivalent, 1),
];

const profileRow = ({ subject, lowEnergy, nominal }: NetworkValidation): readonly string[] => [
  `${subject.title}, illustrative profile, fitted`,
  percent(lowEnergy.weightsKept),
  percent(lowEnergy.macsKept),
  round(lowEnergy.framesPerSecondBeforeStalls),
  round(lowEnergy.framesPerSecond),
  round(nominal.denseEquivalent, 1),
  round(lowEnergy.denseEquivalent, 1),
];

/** Frames per second of the journal abstract on CIFAR-10; its network is not named. */
const publishedFps = 700;

function comparisons(
  { title, lowEnergy }: TrainedFigures,
  { subject }: NetworkValidation,
): readonly (readonly string[])[] {
  const compare = (
    what: string,
    ours: number,
    published: number,
    digits: number,
  ): readonly string[] => {
    const off = ours / published - 1;
    return [
      what,
      round(ours, digits),
      `${off > 0 ? '+' : '−'}${percent(Math.abs(off))}`,
      ...margins.map((margin) => (Math.abs(off) <= margin ? 'yes' : 'no')),
    ];
  };
  const { framesPerSecond } = lowEnergy.performance;
  return [
    compare(
      `${subject.published} TOPS/W, ${title}`,
      lowEnergy.topsPerWatt.denseEquivalent,
      subject.published,
      1,
    ),
    compare(
      `over ${publishedFps} FPS on CIFAR-10, if it is ${title}`,
      framesPerSecond,
      publishedFps,
      0,
    ),
  ];
}

function layerTable({ title, lowEnergy }: TrainedFigures, beside: NetworkValidation): string {
  const profile = beside.weightsFromDram.layers.filter(({ groups }) => groups > 0);
  const rows = lowEnergy.layers
    .filter(({ groups }) => groups > 0)
    .map((layer, i) => {
      const { groups = 0, groupsKept = 0 } = profile[i] ?? {};
      return [
        layer.name,
        `${layer.groupsKept} of ${layer.groups}`,
        percent(layer.groupsKept / layer.groups),
        percent(groupsKept / groups),
      ];
    });
  return `${title}, groups of weights kept by layer:

${table(['layer', 'groups', 'trained', 'illustrative profile, first mask'], rows)}`;
}
