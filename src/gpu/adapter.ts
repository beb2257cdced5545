// An adapter as a person reads it. No type of WebGPU's is named here, so that the types of the package need none.

/** An adapter as a person reads it. */
export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  /** Driver and version where the browser tells. */
  readonly description: string;
  /** True for software adapters that say so. */
  readonly isFallback: boolean;
}

/** A `GPUAdapter` by what {@link describeAdapter} reads. */
export interface AnyAdapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    /** Older browsers do not say. */
    readonly isFallbackAdapter?: boolean;
  };
}

/** Describes an adapter, a `GPUAdapter`. */
export function describeAdapter({ info }: AnyAdapter): AdapterDescription {
  const { vendor, architecture, device, description, isFallbackAdapter = false } = info;
  return { vendor, architecture, device, description, isFallback: isFallbackAdapter };
}

const softwareNames = /llvmpipe|lavapipe|swiftshader|basic render/i;

/** Whether an adapter runs on the processor: it says so, or has one of the names of those that do. */
export const isSoftware = ({ isFallback, device, description }: AdapterDescription): boolean =>
  isFallback || softwareNames.test(`${device} ${description}`);
