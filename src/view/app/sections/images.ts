// Each image with what chip and integer network say.

import { cifar10Classes } from '../../../datasets/cifar.ts';
import { imagesOf, notIncluded } from '../../engine/own-file-names.ts';
import { drawImageList } from '../../pieces/tables/image-list.ts';
import { make } from '../../ui/make-element.ts';
import { type DrawSection, nothing } from '../shown.ts';

/** Draws them, or says why there are none. */
export const draw: DrawSection = (place, { result }) => {
  const { predictions, report, missingImages } = result;
  const classNames = report.dataset.startsWith('cifar10 ') ? cifar10Classes : undefined;
  if (predictions.classes > 0) return drawImageList(place, predictions, { classNames });
  const text =
    missingImages === undefined
      ? 'This was an estimate. Set the images to one or more to see predictions.'
      : `${notIncluded(missingImages)}. Drop ${imagesOf(missingImages)} here, then run again.`;
  place.append(make('p', { class: 'note', text }));
  return nothing;
};
