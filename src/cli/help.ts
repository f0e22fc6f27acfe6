// Help texts of the program and of a group of commands.

import { COMPATIBLE_VERSION, PROGRAM_VERSION } from '../wire/version.js';
import type { Group } from './command/registered.js';
import { COMMANDS, GROUPS } from './registry.js';

interface Line {
  readonly name: string;
  readonly synopsis: string;
}

function table(lines: readonly Line[]): string {
  const width = Math.max(...lines.map(({ name }) => name.length)) + 4;
  return lines.map(({ name, synopsis }) => `    ${name.padEnd(width)}${synopsis}\n`).join('');
}

export function programHelp(): string {
  const lines: Line[] = [{ name: 'agent', synopsis: 'Runs an agent' }, ...within([])].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  return (
    `Usage: lictor [--version] [--help] <command> [<args>]\n\nAvailable commands are:\n${table(lines)}\n` +
    `lictor ${PROGRAM_VERSION}, compatible with Consul ${COMPATIBLE_VERSION}\n`
  );
}

export function groupHelp({ words, takesWords, isOfGroups, synopsis }: Group): string {
  const next = isOfGroups ? '<subcommand> <subcommand>' : '<subcommand>';
  return (
    `Usage: lictor ${words.join(' ')} ${next} [options]${takesWords ? ' [args]' : ''}\n\n  ${synopsis}.\n\n` +
    `Subcommands:\n${table(within(words))}`
  );
}

/** What may stand next behind these words. */
function within(group: readonly string[]): Line[] {
  return [...GROUPS, ...COMMANDS]
    .filter(({ words }) => words.length === group.length + 1 && group.every((word, at) => word === words[at]))
    .map(({ words, synopsis }) => ({ name: words[group.length] ?? '', synopsis }));
}
