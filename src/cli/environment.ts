// Variables of the environment.

/** The value of a variable; undefined where it is not set, or empty, which means the same. */
export const variable = (name: string): string | undefined => process.env[name] || undefined;
