// JSON from outside, read strictly: UTF-8, one value, no name twice in an object.

/** What begins a string, or begins or ends an object. */
const marks = /["{}]/g;

/**
 * The value of a JSON text.
 * @param source bytes, which must be UTF-8, or text
 * @param fail makes the error of what is wrong, in words that follow a file's name: `is not JSON (...)`
 * @throws what `fail` makes; also where an object has a name twice, for only one of the two values could be heeded
 */
export function parseJson(
  source: Uint8Array | string,
  fail: (what: string, cause: unknown) => Error,
): unknown {
  let text: string;
  let value: unknown;
  try {
    text = typeof source === 'string' ? source : utf8.decode(source);
  } catch (cause) {
    throw fail('is not UTF-8 text', cause);
  }
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fail(`is not JSON (${cause instanceof Error ? cause.message : 'unreadable'})`, cause);
  }
  const odd = oddName(text);
  if (odd !== undefined) throw fail(odd, undefined);
  return value;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What is wrong with a name in a text that is JSON. Without recursion or backtracking: texts may be deep and long. */
function oddName(text: string): string | undefined {
  const open: Set<string>[] = [];
  marks.lastIndex = 0;
  for (let mark = marks.exec(text); mark; mark = marks.exec(text)) {
    if (mark[0] === '{') open.push(new Set());
    else if (mark[0] === '}') open.pop();
    else {
      marks.lastIndex = endOfString(text, mark.index);
      if (!isName(text, marks.lastIndex)) continue;
      const name = JSON.parse(text.slice(mark.index, marks.lastIndex)) as string;
      const names = open.at(-1);
      if (names?.has(name)) return `has the field "${name}" twice`;
      // Objects of JavaScript cannot hold it: it would be dropped without a word.
      if (name === '__proto__') return `has a field "${name}", which is not permitted`;
      names?.add(name);
    }
  }
  return undefined;
}

/** Where the string that begins at `start` is over. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at + 1;
}

/** Whether an odd number of backslashes is in front. */
function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text[before - 1] === '\\') before -= 1;
  return (at - before) % 2 === 1;
}

/** Whether the string that ends before `end` is the name of a field: a colon follows. */
function isName(text: string, end: number): boolean {
  let at = end;
  while (' \t\n\r'.includes(text[at] ?? ':')) at += 1;
  return text[at] === ':';
}
