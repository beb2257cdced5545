// What a person reads for the values of a choice; the value itself stands before it, as the command line has it.

const texts: Readonly<Record<string, string>> = {
  serial: 'one after the other',
  macroPingPong: 'ping-pong',
  ideal: 'hidden',
  sorted: 'by cost, in turn',
  lpt: 'longest first, to the freest core',
};

/** Such as `ideal: hidden`; the value alone where it says all. */
export const choiceText = (value: string): string =>
  Object.hasOwn(texts, value) ? `${value}: ${texts[value] ?? ''}` : value;
