// Where the parts of a job come from: files of this machine, or what a page fetches and a person gives to it.

import type { MaskFile } from '../compress/mask-file.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import type { ImageSet } from '../datasets/image-set.ts';
import type { Network } from '../network/network.ts';
import type { RunSettings } from './run-settings.ts';

/** A file. */
export interface NamedBytes {
  /** What errors call it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What {@link loadJob} asks for. Each function throws a CimError for what is named and cannot be read. */
export interface Sources {
  /** Names of the trained networks that come along, stored images among them. */
  readonly trainedNetworks: readonly string[];
  /** The file of a trained network that comes along, or that a person names; undefined: it is neither's name. */
  networkFile(name: string): Promise<NamedBytes | undefined>;
  /** A chip file; undefined: it is no file's name. */
  chipFile(name: string): Promise<NamedBytes | undefined>;
  /** A mask file. */
  maskFile(name: string): Promise<MaskFile>;
  /**
   * The images to simulate: the first `settings.images` of the test set; no others are read.
   * @throws {CimError} (missingData) when its data set is not available
   */
  testImages(target: ImageTarget, settings: ImageSettings): Promise<ImageSet>;
  /**
   * `count` training images, spread over all of them, to choose activation clips or ranges of ADCs on. They depend on the data set
   * alone, not on how many images are tested, so that all jobs on it have the same integers.
   * @throws {CimError} (missingData) when the data set is not available
   */
  calibrationImages(
    network: CalibrationTarget,
    count: number,
    settings: DatasetSettings,
  ): Promise<FeatureMap>;
}

/** What calibration images are for. */
export type CalibrationTarget = Pick<Network, 'dataset' | 'classes' | 'input'>;

/** What of the settings says which data set. */
export type DatasetSettings = Pick<
  RunSettings,
  'dataset' | 'data' | 'ownImages' | 'resize' | 'labels'
>;

/** What of the settings says which images. */
export type ImageSettings = DatasetSettings & Pick<RunSettings, 'images'>;

/** What images are for. */
export interface ImageTarget {
  /** Data set that the network was trained on. */
  readonly trainedOn: string;
  readonly classes: number;
  /** Of one image. */
  readonly input: Network['input'];
}
