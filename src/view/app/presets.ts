// Studies that are one click away.

import { defaultSettings, type RunSettings } from '../../settings/run-settings.ts';
import { make } from '../ui/make-element.ts';

/** Images of what runs at once: few, so that nobody waits. */
export const arrivalImages = 20;
const presetImages = 200;

interface Preset {
  readonly label: string;
  readonly help: string;
  readonly settings: Partial<RunSettings>;
}

const presets: readonly Preset[] = [
  {
    label: 'MARS as published',
    help: 'MNIST digits on the reconstructed chip, without noise',
    settings: { images: presetImages },
  },
  {
    label: 'A 4-bit ADC',
    help: 'The same with an ADC of 4 bits: more sums are clipped',
    settings: { images: presetImages, set: ['adc.bits=4'] },
  },
  {
    label: 'A noisy chip',
    help: 'The same with read noise, column offsets and cells that differ',
    settings: {
      images: presetImages,
      set: ['noise.read=0.5', 'noise.offset=0.5', 'noise.cell=0.05'],
    },
  },
  {
    label: 'VGG16 at 10 %',
    help: 'VGG16, trained, with a tenth of its weights, estimated: its CIFAR-10 images are not included',
    settings: { network: 'vgg16-d0.1-8b', images: 0 },
  },
  {
    label: 'ResNet18 at 7 %',
    help: 'ResNet18, trained, with 7 % of its weights, estimated: its CIFAR-10 images are not included',
    settings: { network: 'resnet18-d0.07-8b', images: 0 },
  },
];

/**
 * Makes the row of presets.
 * @param choose takes the settings of the one that was pressed
 * @param askForFiles lets a person choose a network of their own
 */
export function makePresets(
  choose: (settings: RunSettings) => void,
  askForFiles: () => void,
): HTMLElement {
  const buttonOf = (label: string, help: string, onClick: () => void): HTMLElement => {
    const button = make('button', {
      class: 'preset',
      text: label,
      attributes: { type: 'button', title: help },
    });
    button.addEventListener('click', onClick);
    return make('li', {}, [button]);
  };
  return make('div', { class: 'presets' }, [
    make('span', { class: 'presets-title', text: 'Try', attributes: { id: 'presets-title' } }),
    make('ul', { class: 'mars-goes-on', attributes: { 'aria-labelledby': 'presets-title' } }, [
      ...presets.map(({ label, help, settings }) =>
        buttonOf(label, help, () => choose({ ...defaultSettings, ...settings })),
      ),
      buttonOf('Your own ONNX …', 'Choose an .onnx or .safetensors file', askForFiles),
    ]),
  ]);
}
