// What the page of pieces is drawn from; types alone, for both sides of the wire.

import type { Report } from '../../../../src/report/report.ts';
import type { Timeline } from '../../../../src/timeline/timeline.ts';
import type { Predictions } from '../../../../src/view/engine/engine.ts';
import type { ColumnSums } from '../../../../src/view/pieces/plots/column-sums-data.ts';
import type { DensityRow } from '../../../../tools/density-page/density-data.ts';
import type { GroupPattern } from '../../../../src/view/pieces/plots/group-pattern-data.ts';
import type { Roofline } from '../../../../src/report/roofline.ts';
import type { SweepPicture } from '../../../../src/view/pieces/plots/sweep-data.ts';
import type { TrainingRecord } from '../../../../src/view/pieces/plots/training-data.ts';

/** Typed arrays as JSON has them. */
type Plain<T> = {
  readonly [K in keyof T]: T[K] extends ArrayBufferView ? readonly number[] : T[K];
};

/** Data of every piece. */
export interface PiecesData {
  /** Three MNIST images on the reference. */
  readonly small: { readonly report: Report };
  /** ResNet18, estimated. */
  readonly large: { readonly report: Report; readonly timeline: Timeline };
  readonly dense: Report;
  readonly predictions: Plain<Predictions>;
  readonly columnSums: ColumnSums;
  readonly sweep: SweepPicture;
  readonly roofline: Roofline;
  readonly training: readonly TrainingRecord[];
  readonly density: readonly DensityRow[];
  readonly pattern: Plain<GroupPattern>;
}
