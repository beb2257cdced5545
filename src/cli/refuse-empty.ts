// Options without text.

import type { Command } from 'commander';
import { CimError } from '../core/errors.ts';

/**
 * Refuses options and arguments without text: an empty path or name means none that a person wants.
 * @throws {CimError} (usage) naming the first
 */
export function refuseEmpty(command: Command): void {
  const given = [
    ...command.options.map((option) => ({
      name: option.flags,
      value: command.getOptionValue(option.attributeName()) as unknown,
    })),
    ...command.registeredArguments.map((argument, i) => ({
      name: argument.variadic ? `<${argument.name()}...>` : `<${argument.name()}>`,
      value: command.processedArgs[i] as unknown,
    })),
  ];
  for (const { name, value } of given) {
    const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (texts.some((text) => typeof text === 'string' && text.trim() === ''))
      throw new CimError('usage', {
        what: 'is empty',
        where: name,
        todo: 'leave it out, or say which',
      });
  }
}
