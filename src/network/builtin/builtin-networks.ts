// The networks that are built from code, by name. Their weights were never trained: good for counting cycles and
// energy, not for classifying.

import type { Network } from '../network.ts';
import { resnet18 } from './resnet18.ts';
import { resnet20 } from './resnet20.ts';
import { resnet50 } from './resnet50.ts';
import { vgg16 } from './vgg16.ts';

/** Builds each network from a seed; those of 10 classes under their name alone, those for images of 224x224 with 1000. */
export const builtinNetworks: Readonly<
  Record<string, (options: { readonly seed?: number | undefined }) => Network>
> = {
  vgg16,
  'vgg16-cifar100': ({ seed }) => vgg16({ classes: 100, seed }),
  'vgg16-224': ({ seed }) => vgg16({ classes: 1000, side: 224, seed }),
  resnet18,
  'resnet18-cifar100': ({ seed }) => resnet18({ classes: 100, seed }),
  'resnet18-224': ({ seed }) => resnet18({ classes: 1000, side: 224, seed }),
  resnet20,
  'resnet20-cifar100': ({ seed }) => resnet20({ classes: 100, seed }),
  'resnet50-224': ({ seed }) => resnet50({ classes: 1000, side: 224, seed }),
};
