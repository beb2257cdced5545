// Branded numbers: a count of cycles cannot be passed where picojoules are wanted.

declare const unit: unique symbol;

/** A number with a unit that the compiler checks. */
export type Quantity<U extends string> = number & { readonly [unit]: U };

/** Clock cycles of the chip's controller. */
export type Cycle = Quantity<'cycle'>;
/** Energy in 1e-12 J. */
export type Picojoules = Quantity<'picojoule'>;
/** Time in 1e-9 s. */
export type Nanoseconds = Quantity<'nanosecond'>;

/** Marks a plain number as cycles. */
export const cycles = (value: number): Cycle => value as Cycle;
/** Marks a plain number as picojoules. */
export const picojoules = (value: number): Picojoules => value as Picojoules;
/** Marks a plain number as nanoseconds. */
export const nanoseconds = (value: number): Nanoseconds => value as Nanoseconds;

/** How long `count` cycles take at `megahertz`. */
export const durationOf = (count: Cycle, megahertz: number): Nanoseconds =>
  nanoseconds((count * 1000) / megahertz);

/** 1000 fJ are 1 pJ. */
export const femtoToPico = (femtojoules: number): Picojoules => picojoules(femtojoules / 1000);

/** 1 mW for 1 ns is 1 pJ. */
export const energyOf = (milliwatts: number, duration: Nanoseconds): Picojoules =>
  picojoules(milliwatts * duration);
