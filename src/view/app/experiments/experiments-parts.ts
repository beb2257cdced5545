// What the stage Experiments is given by the page.

import type { RunSettings } from '../../../settings/run-settings.ts';
import type { Engine } from '../../engine/engine.ts';
import type { UserFiles } from '../../engine/user-files.ts';

/** What the stage works with. */
export interface ExperimentsParts {
  readonly engine: Engine;
  /**
   * Settings of the page.
   * @throws {CimError} for what of them is not permitted
   */
  readonly settings: () => Promise<RunSettings>;
  /** The files of a person that settings name. */
  readonly filesOf: (settings: RunSettings) => UserFiles;
  /** Lets a person choose files. */
  readonly askForFiles: () => void;
  /** Shows settings in the page, and runs them. */
  readonly open: (settings: RunSettings) => void;
}
