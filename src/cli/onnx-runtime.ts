// ONNX Runtime as the Node package gives it. It is no dependency: who only simulates need not install it.

import { cpus } from 'node:os';
import { CimError } from '../core/errors.ts';
import { installCommand } from './install-advice.ts';
import type { OnnxRuntime } from '../train/autodiff/runtime.ts';

/** Version that the shipped models were made with. */
const runtimePackage = 'onnxruntime-node@1.30.0';

/** The module, with what it tells of itself. */
export type NodeRuntime = OnnxRuntime & {
  readonly env?: { readonly versions?: { readonly common?: string } };
};

/**
 * Loads onnxruntime-node.
 * @throws {CimError} (environment) telling how to install it
 */
export async function importRuntime(): Promise<NodeRuntime> {
  const runtime = await importRuntimeIfThere();
  if (!('missing' in runtime)) return runtime;
  throw new CimError('environment', {
    what: 'training needs the package onnxruntime-node, which is not installed or does not load',
    where: `${process.platform} ${process.arch}`,
    todo: `run: ${installCommand(runtimePackage)}`,
    cause: runtime.missing,
  });
}

/** The module, or why it is not there. */
export async function importRuntimeIfThere(): Promise<NodeRuntime | { readonly missing: unknown }> {
  // A name that the compiler cannot follow: the package is not among our dependencies.
  const name: string = 'onnxruntime-node';
  try {
    return (await import(name)) as NodeRuntime;
  } catch (missing) {
    return { missing };
  }
}

/** Processor, threads and version, as network files tell where they were made. */
export function describeHardware({ env }: NodeRuntime, threads: number): string {
  const processors = cpus();
  const version = env?.versions?.common ?? 'of unknown version';
  return `${processors[0]?.model ?? process.arch}, ${threads} threads on ${processors.length} cores, onnxruntime-node ${version}`;
}
