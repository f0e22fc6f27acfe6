// What a command says of itself: its help, and that help behind what was wrong with the words given.

import { describeFlags } from '../../gotext/flag-set.js';
import { type Command, fail } from './command.js';

export function commandHelp(command: Command): string {
  const flags = command.flags.length === 0 ? '' : `\nOptions:\n\n${describeFlags(command.flags)}`;
  const about = command.about.replaceAll('\n', '\n  ');
  return `Usage: lictor ${command.usage}\n\n  ${about}\n${flags}`;
}

/** The exit code that goes with it. */
export function failWithHelp(problem: string, command: Command): number {
  return fail(`${problem}\n\n${commandHelp(command).trimEnd()}`);
}
