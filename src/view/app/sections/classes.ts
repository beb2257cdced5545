// How well the chip does on each class.

import { cifar10Classes } from '../../../datasets/cifar.ts';
import { drawConfusion } from '../../pieces/tables/confusion-table.ts';
import { make } from '../../ui/make-element.ts';
import { type DrawSection, nothing } from '../shown.ts';

/** Draws it, or says why there is nothing. */
export const draw: DrawSection = (place, { result: { predictions, report } }) => {
  if (predictions.classes > 0) {
    const names = report.dataset.startsWith('cifar10 ') ? cifar10Classes : [];
    return drawConfusion(place, predictions, names);
  }
  const text = 'This was an estimate. Set the images to one or more to see classes.';
  place.append(make('p', { class: 'note', text }));
  return nothing;
};
