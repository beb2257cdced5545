// SVG to PNG, by the optional package resvg. Text needs a font of this machine.

import type { Resvg } from '@resvg/resvg-js';
import { CimError } from '../../core/errors.ts';
import { reasonOf } from '../files.ts';
import { installCommand } from '../install-advice.ts';

const packageName = '@resvg/resvg-js';

/** Pixels of the PNG per unit of the SVG. */
const zoom = 2;

/**
 * A picture of an SVG text as PNG, twice its size.
 * @throws {CimError} (environment) when the package is missing, or there is no font to draw text with
 */
export async function pngOf(svg: string): Promise<Uint8Array> {
  const { Resvg: Renderer } = await loadResvg();
  const render = (text: string): ReturnType<Resvg['render']> =>
    new Renderer(text, {
      fitTo: { mode: 'zoom', value: zoom },
      background: 'white',
      font: { loadSystemFonts: true },
    }).render();
  const letter = `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><text x="2" y="16" font-family="sans-serif" font-size="16">M</text></svg>`;
  if (render(letter).pixels.every((value) => value === 255))
    throw new CimError('environment', {
      what: 'there is no font on this machine, so a PNG would have no text',
      where: 'out',
      todo: 'install one (Debian: fonts-dejavu-core), or end the name with .svg',
    });
  return render(svg).asPng();
}

async function loadResvg(): Promise<{ readonly Resvg: typeof Resvg }> {
  try {
    return await import('@resvg/resvg-js');
  } catch (error) {
    throw new CimError('environment', {
      what: `the package ${packageName}, which makes PNG of SVG, is not installed (${reasonOf(error)})`,
      where: 'out',
      todo: `run: ${installCommand(packageName)}; or end the name with .svg`,
    });
  }
}
