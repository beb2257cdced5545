// The stages of a run in the order in which data goes through them, each with its settings and the views of it.

/** A part of a stage's view; links call it by its name. */
export interface SectionName {
  readonly name: string;
  readonly label: string;
}

/** One stage. */
export interface Stage {
  readonly name: string;
  readonly label: string;
  /** What one sees there, in a sentence or two; words in brackets are terms of the glossary. */
  readonly lead: string;
  /** Settings, by their names or by their paths in the chip. */
  readonly settings: readonly string[];
  /** Those that stay folded. */
  readonly more: readonly string[];
  readonly sections: readonly SectionName[];
}

/** Every stage; the last two are tools beside the way of the data. */
export const stages: readonly Stage[] = [
  {
    name: 'network',
    label: 'Network',
    lead: 'A trained network, layer by layer, and the test images that it classifies. Choose a layer to follow it through the stages. Each image shows what the simulated chip says, and what exact integers say.',
    settings: ['network', 'images'],
    more: ['own-images', 'resize', 'input-norm', 'seed'],
    sections: [
      { name: 'graph', label: 'Graph of the network' },
      { name: 'images', label: 'Images' },
    ],
  },
  {
    name: 'compress',
    label: 'Compress',
    lead: 'Weights become integers of a few bits, and whole [weight groups] are pruned. A group that is gone is neither stored nor computed.',
    settings: ['weight-bits', 'activation-bits', 'pruned-groups'],
    more: ['density-profile', 'index-coding'],
    sections: [
      { name: 'weights', label: 'What is left' },
      { name: 'sparsity', label: 'Sparsity pattern' },
    ],
  },
  {
    name: 'map',
    label: 'Map',
    lead: 'Where every weight bit lies: [cores] of [macros], each an SRAM array that computes in place. Choose a macro to see what it computes, bit by bit.',
    settings: ['chip', 'cores.count', 'cores.macros', 'controller.sparsity'],
    more: ['macro.wordLines', 'macro.wordLinesOn', 'macro.partitions', 'balance', 'set'],
    sections: [{ name: 'array', label: 'Macro array' }],
  },
  {
    name: 'simulate',
    label: 'Simulate',
    lead: '[Word lines] drive bits of the inputs, [bit lines] add up what their cells conduct, and an ADC reads each sum. What lies beyond its highest code is lost.',
    settings: ['adc.bits', 'noise.read'],
    more: [
      'adc.step',
      'adc.offset',
      'macro.inputBitsPerPhase',
      'noise.offset',
      'noise.gain',
      'noise.cell',
      'chip-seed',
    ],
    sections: [
      { name: 'steps', label: 'One macro-op, step by step' },
      { name: 'sums', label: 'Bit-line sums and ADC levels' },
    ],
  },
  {
    name: 'timeline',
    label: 'Timeline',
    lead: 'What every core does in each cycle of one frame: load weights, run [macro-ops], wait for the slowest core.',
    settings: ['controller.overlap', 'controller.barrier'],
    more: [],
    sections: [{ name: 'timeline', label: 'Timeline of a frame' }],
  },
  {
    name: 'report',
    label: 'Report',
    lead: 'What it costs: accuracy, speed, energy and area, by layer and by part. Press a figure at the top for its formula.',
    settings: [],
    more: [],
    sections: [
      { name: 'headline', label: 'Figures' },
      { name: 'classes', label: 'Accuracy by class' },
      { name: 'energy', label: 'Energy' },
      { name: 'layers', label: 'Layers' },
      { name: 'roofline', label: 'Roofline' },
      { name: 'runs', label: 'Comparison of runs' },
      { name: 'sources', label: 'Sources of the chip’s numbers' },
    ],
  },
  {
    name: 'experiments',
    label: 'Experiments',
    lead: 'Many runs at once: settings that vary, chip instances, and statistics of what comes out. Press a dot to open its run.',
    settings: [],
    more: [],
    sections: [{ name: 'sweep', label: 'Plan' }],
  },
  {
    name: 'train',
    label: 'Train',
    lead: 'Train a network for the chip in this browser: prune weight groups, then learn to live with few bits.',
    settings: [],
    more: [],
    sections: [],
  },
];

/** Words of `view` in an address: stages, and the sections that older links name. */
export const viewNames: readonly string[] = [
  ...new Set(stages.flatMap(({ name, sections }) => [name, ...sections.map((one) => one.name)])),
];

/** The stage of a view, and which of its sections is meant; undefined: no such view, or the whole stage. */
export function placeOf(view: string): {
  readonly stage: Stage | undefined;
  readonly section: string | undefined;
} {
  const named = stages.find(({ name }) => name === view);
  if (named) return { stage: named, section: undefined };
  const stage = stages.find(({ sections }) => sections.some(({ name }) => name === view));
  return { stage, section: stage && view };
}

/** The stage that a setting belongs to. */
export const stageOf = (setting: string): Stage | undefined =>
  stages.find(({ settings, more }) => settings.includes(setting) || more.includes(setting));
