// Colours of the macro array in dark and light, for the shader, the 2D canvas and the legend alike.

/** A colour: red, green, blue, 0 ... 255. */
export type Colour = readonly [number, number, number];

/** Colours of one theme. */
export interface Theme {
  /** From the lowest to the highest value. */
  readonly scale: readonly Colour[];
  /** Layers take them in turns. */
  readonly layers: readonly Colour[];
  /** A figure that is not known. */
  readonly unknown: Colour;
  /** Slots that hold nothing. */
  readonly empty: Colour;
  readonly zero: Colour;
  readonly one: Colour;
  /** Lines between slots and partitions. */
  readonly line: Colour;
  readonly hovered: Colour;
  readonly chosen: Colour;
  /** The area behind the macros of a core. */
  readonly panel: Colour;
}

const hex = (text: string): Colour => [
  Number.parseInt(text.slice(1, 3), 16),
  Number.parseInt(text.slice(3, 5), 16),
  Number.parseInt(text.slice(5, 7), 16),
];

export const darkTheme: Theme = {
  scale: ['#3d629b', '#3580b0', '#3fa2b5', '#86d3a2', '#f4ec9a'].map(hex),
  layers: [
    '#6ea8fe',
    '#f6a06b',
    '#6fcf97',
    '#e887b8',
    '#c3a6ff',
    '#e8d26a',
    '#5fd1d8',
    '#f28b82',
  ].map(hex),
  unknown: hex('#5a6472'),
  empty: hex('#1b232d'),
  zero: hex('#15202c'),
  one: hex('#ffe9b8'),
  line: hex('#6d7f93'),
  hovered: hex('#ffffff'),
  chosen: hex('#ff9d3c'),
  panel: hex('#242e3a'),
};

export const lightTheme: Theme = {
  scale: ['#cfe1ef', '#8fbddd', '#4a8fc4', '#1f5b9c', '#0a2a5e'].map(hex),
  layers: [
    '#2f6fd0',
    '#c9622a',
    '#2d8a57',
    '#b54384',
    '#7a55c7',
    '#8f7710',
    '#16818a',
    '#b8423a',
  ].map(hex),
  unknown: hex('#a9b1bb'),
  empty: hex('#f7f8fa'),
  zero: hex('#ffffff'),
  one: hex('#122b4a'),
  line: hex('#8a99ab'),
  hovered: hex('#000000'),
  chosen: hex('#c2410c'),
  panel: hex('#e3e7ec'),
};

/** Entries of the scale and of the layers in {@link paletteOf}: `scale_colours` and `layer_colours` of the shader. */
export const scaleColours = 64;
export const layerColours = 8;

/** The colour of a value 0 ... 1. */
export function scaleColour({ scale }: Theme, value: number): Colour {
  const at = Math.min(1, Math.max(0, value)) * (scale.length - 1);
  const below = Math.min(scale.length - 2, Math.floor(at));
  return mix(scale[below] as Colour, scale[below + 1] as Colour, at - below);
}

export const layerColour = ({ layers }: Theme, layer: number): Colour =>
  layers[layer % layerColours] as Colour;

/** `share` of `b`, the rest of `a`. */
export const mix = (a: Colour, b: Colour, share: number): Colour => [
  a[0] + share * (b[0] - a[0]),
  a[1] + share * (b[1] - a[1]),
  a[2] + share * (b[2] - a[2]),
];

/** As CSS writes it. */
export const cssColour = (colour: Colour): string =>
  `rgb(${colour.map((one) => Math.round(one)).join(' ')})`;

/** All colours of a theme as the shader's `palette`: red, green, blue, alpha, 0 ... 1. */
export function paletteOf(theme: Theme): Float32Array<ArrayBuffer> {
  const { unknown, empty, zero, one, line, hovered, chosen, panel } = theme;
  const colours = [
    ...Array.from({ length: scaleColours }, (_, i) => scaleColour(theme, i / (scaleColours - 1))),
    ...theme.layers,
    unknown,
    empty,
    zero,
    one,
    line,
    hovered,
    chosen,
    panel,
  ];
  return Float32Array.from(colours.flatMap((colour) => [...colour.map((part) => part / 255), 1]));
}
