// What every section of a stage is drawn from.

import type { Report } from '../../report/report.ts';
import type { Engine, RunResult } from '../engine/engine.ts';
import type { UserFiles } from '../engine/user-files.ts';
import type { TabContent } from '../ui/tabs.ts';

/** A run that is shown. */
export interface Shown {
  readonly engine: Engine;
  readonly result: RunResult;
  readonly files: UserFiles;
  /** The same job on a chip that stores every group, once it is known; undefined where it is that already. */
  readonly dense: Promise<Report | undefined>;
  /** Goes to a stage, or to a section of one. */
  readonly go: (view: string) => void;
  /** Opens the formula of a figure of the report, by its path. */
  readonly ask: (path: string) => void;
}

/** Draws a section of a stage. */
export type DrawSection = (place: HTMLElement, shown: Shown) => TabContent;

/** What has nothing to end. */
export const nothing: TabContent = { destroy: () => undefined };
