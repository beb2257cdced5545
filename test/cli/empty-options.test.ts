// An option without text means nothing: it is refused, whichever it is.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main, marsProgram } from '../../src/cli/main.ts';
import { emptyFolder, mars } from '../support/mars.ts';

const commands = marsProgram().commands;
const withValue = commands.flatMap((command) =>
  command.options
    .filter((option) => option.required)
    .map((option) => ({
      args: [
        command.name(),
        ...command.registeredArguments.flatMap(({ variadic }) =>
          variadic ? ['mars', 'mars'] : ['mars'],
        ),
      ],
      flag: option.long ?? '',
    })),
);

describe('an empty option', () => {
  let said = '';
  beforeEach(() => {
    said = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  });
  afterEach(() => vi.restoreAllMocks());

  it.each(withValue)('$args.0 $flag is refused', async ({ args, flag }) => {
    const code = await main([...args, flag, '']);

    expect(said).toMatch(/^mars: /);
    // Numbers and choices are refused as settings are, by their name; texts by their option.
    expect(said).toContain(flag.slice('--'.length));
    expect(code).toBe(2);
  });

  it.each([
    ['mvm', ''],
    ['compare', 'mars', ' '],
  ])('%s refuses an argument without text', async (...args) => {
    expect(await main(args)).toBe(2);
    expect(said).toMatch(/^mars: <.*>: is empty; /);
  });
});

describe('mars', () => {
  it('run --out "" writes nothing', () => {
    const cwd = emptyFolder();

    const ran = mars(['run', '--out', ''], cwd);

    expect(ran).toEqual({
      code: 2,
      stdout: '',
      stderr: 'mars: --out <folder>: is empty; leave it out, or say which\n',
    });
  });

  it.each(commands.map((command) => [command.name(), command.helpInformation()]))(
    '%s --help shows no empty list as a default',
    (_, help) => {
      expect(help).not.toMatch(/default:\s*(\[\]|""|\))/);
    },
  );
});
