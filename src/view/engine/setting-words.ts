// The words that addresses and attributes know, and what is said of one that they do not know.

import { CimError } from '../../core/errors.ts';

/** Options of a run that are there once at most, in the words of the command line. */
export const settingWords = [
  'network',
  'images',
  'chip',
  'weight-bits',
  'activation-bits',
  'pruned-groups',
  'density-profile',
  'index-coding',
  'balance',
  'seed',
] as const;

/** Short words: the path in the chip that each stands for. */
export const chipWords: Readonly<Record<string, string>> = {
  'adc-bits': 'adc.bits',
  'adc-step': 'adc.step',
  'read-noise': 'noise.read',
  cores: 'cores.count',
  macros: 'cores.macros',
  overlap: 'controller.overlap',
};

/**
 * Checks the words of an address.
 * @param words as they are there, also several times
 * @param known those that are permitted; `set` alone may be there several times
 * @throws {CimError} (usage) naming the first word that is unknown or there twice
 */
export function checkWords(words: readonly string[], known: readonly string[]): void {
  for (const [index, word] of words.entries()) {
    if (!known.includes(word)) throw unknownWord(word, known);
    if (word !== 'set' && words.indexOf(word) < index)
      throw new CimError('usage', { what: 'is there twice', where: word, todo: 'say it once' });
  }
}

/** What is said of a word that is not known: the word, and the one that may be meant. */
export function unknownWord(word: string, known: readonly string[]): CimError {
  const near = nearestWord(word, known);
  const meant = isPath(word) ? `set=${word}=…` : near;
  const all = `known: ${known.join(', ')}`;
  return new CimError('usage', {
    what: `"${word}" is no setting`,
    where: word,
    todo: meant === undefined ? all : `did you mean ${meant}? ${all}`,
  });
}

const isPath = (word: string): boolean => word.includes('.');

/** The known word that `word` is a slip of: other case, other signs between, or one letter in four wrong. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z\d]/g, '');
  const slips = known.map((one) => ({ one, slips: editDistance(plain(word), plain(one)) }));
  const [best] = slips.toSorted((a, b) => a.slips - b.slips);
  return best && best.slips <= Math.max(1, Math.floor(best.one.length / 4)) ? best.one : undefined;
}

/** Least number of letters to change, add or leave out. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of Array.from(from).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(to).entries())
      next.push(
        Math.min(
          (row[j] ?? 0) + (letter === other ? 0 : 1),
          (row[j + 1] ?? 0) + 1,
          (next[j] ?? 0) + 1,
        ),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
