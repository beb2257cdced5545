// How stored images write windows: those that are alike in all directions by a few numbers, all others whole.

import { z } from 'zod';
import {
  symmetricWindow,
  symmetryOf,
  tileSizeOf,
  tilingWindow,
  type Window,
} from '../core/window.ts';
import { windowSchema } from '../network/ops/window-schema.ts';

const size = z.int().positive().max(65536);
/** Most padding that is written as one number. */
const maxPadding = 64;
const padding = z.int().nonnegative().max(maxPadding);

type Numbers = z.ZodOptional<z.ZodInt>;
type WholeWindow = z.ZodOptional<z.ZodType<Window>>;

const wholeWindow: WholeWindow = windowSchema.optional();

/** Fields of a kernel: those of a symmetric one, or `window`. To be checked with {@link checkKernelFields}. */
export const kernelFields: Readonly<
  Record<'kernelHeight' | 'kernelWidth' | 'stride' | 'padding', Numbers> & { window: WholeWindow }
> = {
  kernelHeight: size.optional(),
  kernelWidth: size.optional(),
  stride: size.optional(),
  padding: padding.optional(),
  window: wholeWindow,
};
/**
 * Fields of the window of a max pool: the size of one that does not overlap, or `window`. To be checked with
 * {@link checkMaxPoolFields}.
 */
export const maxPoolFields: Readonly<{ size: Numbers; window: WholeWindow }> = {
  size: size.optional(),
  window: wholeWindow,
};
/** Fields of the window of an average pool: none for the whole map. */
export const averagePoolFields: Readonly<{
  window: WholeWindow;
  countIncludePad: z.ZodOptional<z.ZodBoolean>;
}> = { window: wholeWindow, countIncludePad: z.boolean().optional() };

interface MaxPoolFields {
  size?: number | undefined;
  window?: Window | undefined;
}
interface KernelFields {
  kernelHeight?: number | undefined;
  kernelWidth?: number | undefined;
  stride?: number | undefined;
  padding?: number | undefined;
  window?: Window | undefined;
}
interface AveragePoolFields {
  window?: Window | undefined;
  countIncludePad?: boolean | undefined;
}

/** What zod hands to a check. */
interface Check<T> {
  readonly value: T;
  readonly issues: z.core.$ZodRawIssue[];
}

/** Reports the field that a kernel lacks, or that it has besides `window`. */
export const checkKernelFields = (check: Check<KernelFields>): void => {
  checkOneForm(check, ['kernelHeight', 'kernelWidth', 'stride', 'padding']);
};

/** As {@link checkKernelFields}, for max pools. */
export const checkMaxPoolFields = (check: Check<MaxPoolFields>): void => {
  checkOneForm(check, ['size']);
};

function checkOneForm<T extends { readonly window?: unknown }>(
  { value, issues }: Check<T>,
  names: readonly (keyof T & string)[],
): void {
  const isWhole = value.window !== undefined;
  const odd = names.find((name) => (value[name] !== undefined) === isWhole);
  if (odd === undefined) return;
  if (isWhole) issues.push({ code: 'unrecognized_keys', keys: [odd], path: [], input: value });
  else issues.push({ code: 'custom', path: [odd], input: value });
}

/** The fields that write the window of a kernel. */
export function writeKernel(window: Window): KernelFields {
  const { height: kernelHeight, width: kernelWidth } = window;
  const symmetry = symmetryOf(window);
  return symmetry && symmetry.padding <= maxPadding
    ? { kernelHeight, kernelWidth, ...symmetry }
    : { window: written(window) };
}

/** Inverse of {@link writeKernel}, for fields that were checked; `rest` is what else the object has. */
export function readKernel<T extends KernelFields>(
  fields: T,
): { readonly window: Window; readonly rest: Omit<T, keyof KernelFields> } {
  const { kernelHeight = 1, kernelWidth = 1, stride, padding: around, window, ...rest } = fields;
  const symmetric = (): Window =>
    symmetricWindow(kernelHeight, kernelWidth, { stride, padding: around });
  return { window: window ?? symmetric(), rest };
}

/** The fields that write the window of a max pool. */
export function writeMaxPool(window: Window): MaxPoolFields {
  const tile = tileSizeOf(window);
  return tile === undefined ? { window: written(window) } : { size: tile };
}

/** Inverse of {@link writeMaxPool}, for fields that were checked. */
export const readMaxPool = ({ size: tile = 1, window }: MaxPoolFields): Window =>
  window ?? tilingWindow(tile);

/** The fields that write the window of an average pool; undefined: the whole map. */
export const writeAveragePool = (
  window: Window | undefined,
  countIncludePad: boolean | undefined,
): AveragePoolFields => ({
  ...(window && { window: written(window) }),
  ...(countIncludePad !== undefined && { countIncludePad }),
});

/** A window in the order of its fields, for files that are compared byte by byte. */
const written = ({ height, width, strides, pads: around, dilations }: Window): Window => ({
  height,
  width,
  strides: [...strides],
  pads: [...around],
  dilations: [...dilations],
});
