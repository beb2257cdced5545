// What a value may be. Apart from the schemas, so that the package's types name none of zod's.

/** What a schema permits at one place: choices, or numbers in a range. */
export interface Permitted {
  /** Every permitted value as text; undefined where they are not listed. */
  readonly choices: readonly string[] | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** Only whole numbers. */
  readonly isWhole: boolean;
}
