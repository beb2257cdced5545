// Networks of models/ whose groups were trained and pruned, estimated beside the published figures. Nothing is fitted here.

import { estimateRun } from '../pipeline/estimate.ts';
import type { Report } from '../report/report.ts';
import { summarize } from '../report/summarize.ts';
import type { Sources } from '../settings/sources.ts';
import { expandPlan } from './expand-plan.ts';
import { openStages } from './stages.ts';

/** Trained networks by the title of the network that they stand beside. */
const trainedNetworks: readonly { readonly title: string; readonly network: string }[] = [
  { title: 'VGG16', network: 'vgg16-d0.1-8b' },
  { title: 'ResNet18', network: 'resnet18-d0.07-8b' },
];

/** Estimates of one trained network. */
export interface TrainedFigures {
  /** Of the subject that it stands beside. */
  readonly title: string;
  /** Its name in models/. */
  readonly network: string;
  readonly lowEnergy: Report;
  readonly nominal: Report;
}

/**
 * Estimates the trained networks that `sources` has.
 * @throws {CimError} for a network file that cannot be read
 */
export async function trainedFigures(sources: Sources): Promise<readonly TrainedFigures[]> {
  const stages = openStages(sources);
  const reportOn = async (network: string, chip: string): Promise<Report> => {
    const [point] = expandPlan({ version: 1, base: { network, chip, images: 0 } }).points;
    if (!point) throw new TypeError('a plan without axes has one point');
    const { mapping, schedules } = await stages.map(point);
    return summarize(mapping, estimateRun(mapping), schedules);
  };
  const figures: TrainedFigures[] = [];
  for (const { title, network } of trainedNetworks)
    if (sources.trainedNetworks.includes(network))
      figures.push({
        title,
        network,
        lowEnergy: await reportOn(network, 'mars-low-energy'),
        nominal: await reportOn(network, 'mars'),
      });
  return figures;
}
