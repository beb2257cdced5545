// What the simulation itself gave, apart from the report: the same bytes from every backend.

import type { JobFigures } from '../pipeline/run-job.ts';

/** Text of simulation.json: outputs per image (sums of the last layer) and counted events per layer. */
export function simulationText({ report, outputs, activity }: JobFigures): string {
  const classes = outputs.length / report.images;
  const rows = Array.from({ length: report.images }, (_, i) =>
    Array.from(outputs.subarray(i * classes, (i + 1) * classes)),
  );
  return `${JSON.stringify({ version: 1, outputs: rows, activity })}\n`;
}
