// The entries of GLOSSARY.md as text, without the places in the code that each ends with.

import glossary from '../../../GLOSSARY.md?raw';

const entries: ReadonlyMap<string, string> = new Map(
  [
    ...glossary.matchAll(
      /^- \*\*(.+?)\*\*(?: \([^)]*\))?: ([\s\S]*?)(?=\n- \*\*|\n*$(?![\s\S]))/gm,
    ),
  ].map(([, term = '', text = '']) => [
    term.toLowerCase(),
    text
      .replaceAll(/\s+/g, ' ')
      .replace(/ ?`\w+` in `src\/[^`]+`\s*$/, '')
      .replaceAll('`', '')
      .trim(),
  ]),
);

/** What a term means; its plural too. Undefined where the glossary has no such term. */
export function explanationOf(term: string): string | undefined {
  const word = term.toLowerCase();
  return entries.get(word) ?? entries.get(word.replace(/s$/, ''));
}
