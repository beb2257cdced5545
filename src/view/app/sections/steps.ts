// One macro-op, step by step, beside the image it belongs to and the pixel it adds to.

import type { MacroArray } from '../../../inspect/macro-array.ts';
import type { MacroOp } from '../../../inspect/macro-op.ts';
import { isEstimated } from '../../../report/report-words.ts';
import { drawMacroOpSteps } from '../../pieces/macro-op/macro-op-steps.ts';
import { drawPixels } from '../../pieces/tables/image-list.ts';
import { make, makeButton, makeSvg } from '../../ui/make-element.ts';
import { makeField } from '../../ui/field.ts';
import type { TabContent } from '../../ui/tabs.ts';
import { chooseLayer } from '../chosen-layer.ts';
import { lookAt, lookedAt, type LookedAt } from '../macro-op-choice.ts';
import { type DrawSection, nothing, type Shown } from '../shown.ts';

/** Draws it, or says why there is none. */
export const draw: DrawSection = (place, shown) => {
  if (isEstimated(shown.result.report)) {
    const text = 'This was an estimate: no inputs are known. Run one image or more first.';
    place.append(make('p', { class: 'note', text }));
    return nothing;
  }
  let isGone = false;
  let drawn: TabContent | undefined;
  const body = make('div', {}, [make('p', { class: 'note loading', text: 'Loading …' })]);
  place.append(body);
  const { engine, result } = shown;
  const show = async (array: MacroArray): Promise<void> => {
    const found = lookedAt(array, result.report.images);
    if (!found) return;
    const op = await engine.ask(result.id, 'macroOp', found.choice);
    if (isGone) return;
    drawn?.destroy();
    body.replaceChildren();
    const again = (next: LookedAt): void => {
      lookAt(next);
      void show(array);
    };
    drawn = drawAll(body, { shown, array, op, looked: found.looked, again });
  };
  const start = async (): Promise<void> =>
    show(await engine.ask(result.id, 'macroArray', undefined));
  start().catch((error: unknown) => {
    body.replaceChildren(make('p', { class: 'status-error', text: String(error) }));
  });
  return {
    destroy: () => {
      isGone = true;
      drawn?.destroy();
    },
  };
};

interface Parts {
  readonly shown: Shown;
  readonly array: MacroArray;
  readonly op: MacroOp;
  readonly looked: LookedAt;
  readonly again: (next: LookedAt) => void;
}

function drawAll(body: HTMLElement, { shown, array, op, looked, again }: Parts): TabContent {
  const place = Math.max(
    0,
    op.kernels.findIndex(({ kernel }) => kernel === looked.kernel),
  );
  const kernels = makeField({
    name: 'steps-kernel',
    label: 'Kernel',
    choices: op.kernels.map(({ kernel }): [string, string] => [String(kernel), String(kernel)]),
  });
  kernels.input.value = String(op.kernels[place]?.kernel ?? 0);
  kernels.input.addEventListener('change', () =>
    again({ ...looked, kernel: Number(kernels.input.value) }),
  );
  const picture = make('div', { class: 'steps-picture' });
  const beside = make('div', { class: 'steps-beside' }, [
    kernels.element,
    figure(`Image ${op.image}`, markedImage(shown, array, op)),
    figure(`${op.layer}, channel ${kernels.input.value}`, markedMap(array, op)),
    makeButton('Show in the macro array', () => {
      lookAt(looked);
      shown.go('map');
    }),
    makeButton('Show the layer in the timeline', () => {
      chooseLayer(op.layer);
      shown.go('timeline');
    }),
  ]);
  body.append(make('div', { class: 'steps' }, [picture, beside]));
  return drawMacroOpSteps(picture, op, place);
}

const figure = (caption: string, picture: Element): HTMLElement =>
  make('figure', { class: 'steps-figure' }, [
    picture as HTMLElement,
    make('figcaption', { text: caption }),
  ]);

/** The test image, with a frame about where the pixel looks. */
function markedImage({ result }: Shown, array: MacroArray, op: MacroOp): HTMLElement {
  const { height, width } = sizeOf(array, op);
  const marker = makeSvg('rect', {
    class: 'steps-marker',
    x: (100 * (op.x - 0.5)) / width,
    y: (100 * (op.y - 0.5)) / height,
    width: 200 / width,
    height: 200 / height,
  });
  const over = makeSvg('svg', { viewBox: '0 0 100 100', 'aria-hidden': 'true' });
  over.append(marker);
  return make('div', { class: 'steps-image' }, [
    drawPixels(result.predictions, op.image),
    over as unknown as HTMLElement,
  ]);
}

/** The feature map that the layer gives, with the pixel in it. */
function markedMap(array: MacroArray, op: MacroOp): SVGSVGElement {
  const { height, width } = sizeOf(array, op);
  const svg = makeSvg('svg', {
    class: 'steps-map',
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-label': `pixel (${op.y}, ${op.x}) of ${height} × ${width}`,
  });
  svg.append(
    makeSvg('rect', { class: 'steps-map-ground', x: 0, y: 0, width, height }),
    makeSvg('rect', { class: 'steps-map-pixel', x: op.x, y: op.y, width: 1, height: 1 }),
  );
  return svg;
}

function sizeOf(
  array: MacroArray,
  op: MacroOp,
): { readonly height: number; readonly width: number } {
  const { pixels = 1, width = 1 } = array.layers.find(({ name }) => name === op.layer) ?? {};
  return { height: pixels / width, width };
}
