// What goes between a test and the page that trains.

import type { EpochRecord } from '../../../../src/network/epoch-record.ts';
import type { TrainSettings } from '../../../../src/settings/train-settings.ts';

/** What a test asks for; all of it plain data. */
export interface AskedTraining {
  readonly settings: TrainSettings;
  readonly threads?: number | undefined;
  /** Steps after which it is stopped, and then gone on with. */
  readonly stopAfter?: number | undefined;
}

/** What it hears. */
export interface HeardTraining {
  readonly error?: string | undefined;
  /** The network file, as base64. */
  readonly file: string;
  readonly epochs: readonly EpochRecord[];
  readonly testAccuracy: number;
  readonly quantizedAccuracy: number | null;
  readonly density: number;
  readonly imagesPerSecond: number;
  readonly threads: number;
  /** Steps done when it stopped. */
  readonly stoppedAt?: number | undefined;
  /** Layers and zero groups, as often as they were told. */
  readonly groups: readonly Readonly<Record<string, number>>[];
  readonly isIsolated: boolean;
}
