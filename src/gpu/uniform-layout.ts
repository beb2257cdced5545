// The uniform struct of a kernel, declared once in TypeScript; a test compares it with the struct in the shader file.

/** Scalar types that a uniform may have. Scalars only, so that no padding rule of WGSL applies. */
export type UniformScalar = 'u32' | 'i32' | 'f32';

/** Names, types and size of a uniform struct. */
export interface UniformLayout<F extends Readonly<Record<string, UniformScalar>>> {
  /** Name of the struct in the shader. */
  readonly name: string;
  readonly fields: F;
  /** Rounded up to 16. */
  readonly byteLength: number;
  /** The bytes of `values`; a missing or extra field does not compile. */
  pack(values: { readonly [K in keyof F]: number }): ArrayBuffer;
}

/** Declares a uniform struct; field names are those of the shader. */
export function uniformLayout<const F extends Readonly<Record<string, UniformScalar>>>(
  name: string,
  fields: F,
): UniformLayout<F> {
  const entries = Object.entries(fields);
  const byteLength = Math.ceil((entries.length * 4) / 16) * 16;
  return {
    name,
    fields,
    byteLength,
    pack: (values) => {
      const view = new DataView(new ArrayBuffer(byteLength));
      entries.forEach(([field, type], i) => {
        const value = values[field] as number;
        if (type === 'f32') view.setFloat32(4 * i, value, true);
        else if (type === 'i32') view.setInt32(4 * i, value, true);
        else view.setUint32(4 * i, value, true);
      });
      return view.buffer;
    },
  };
}
