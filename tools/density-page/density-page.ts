// The page that tools/density-picture.mjs takes a picture of: its rows come as `globalThis.rows`.

import '../../src/view/ui/styles.css';
import { drawDensityPlot } from './density-plot.ts';
import type { DensityRow } from './density-data.ts';

const { rows } = globalThis as unknown as { readonly rows: readonly DensityRow[] };
document.documentElement.style.colorScheme = 'light';
document.body.style.width = '760px';
drawDensityPlot(document.body, rows);
