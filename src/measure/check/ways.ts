// The ways in which an adapter can be used: each reaches kernels that the others do not.

import type { GpuBackend } from '../../gpu/gpu-backend.ts';
import { type BackendOptions, openGpuOf } from '../backend.ts';
import type { Host } from '../question.ts';

/** A way to use an adapter. */
export interface Way {
  readonly name: string;
  readonly options: BackendOptions;
}

/** Codes that a part adds up at most in {@link ways}' last: so few that most layers run in several parts. */
const fewCodes = 20_000;

/** Every way. */
export const ways: readonly Way[] = [
  { name: 'with shortcuts', options: {} },
  { name: 'every read on its own', options: { shortcuts: false } },
  { name: 'in parts', options: { limits: { codes: fewCodes } } },
];

/** An open backend and how it is used. */
export interface OpenWay {
  readonly name: string;
  readonly backend: GpuBackend;
}

/** Opens the adapter in every way, gives them to `use`, and closes them. */
export async function inEveryWay<T>(
  host: Host,
  use: (open: readonly OpenWay[]) => Promise<T>,
): Promise<T> {
  const open: OpenWay[] = [];
  try {
    for (const { name, options } of ways)
      open.push({ name, backend: await openGpuOf(host, options) });
    return await use(open);
  } finally {
    for (const { backend } of open) await backend[Symbol.asyncDispose]();
  }
}
