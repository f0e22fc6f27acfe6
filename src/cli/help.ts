// Help texts of the program and of a group of commands.

import { COMPATIBLE_VERSION, PROGRAM_VERSION } from '../wire/version.js';
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
  const lines: Line[] = [
    { name: 'agent', synopsis: 'Runs an agent' },
    ...GROUPS.map(({ word, synopsis }) => ({ name: word, synopsis })),
    ...COMMANDS.filter(({ words }) => words.length === 1).map(({ words: [name = ''], synopsis }) => ({
      name,
      synopsis,
    })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
  return (
    `Usage: lictor [--version] [--help] <command> [<args>]\n\nAvailable commands are:\n${table(lines)}\n` +
    `lictor ${PROGRAM_VERSION}, compatible with Consul ${COMPATIBLE_VERSION}\n`
  );
}

export function groupHelp(group: string): string {
  const lines = COMMANDS.filter(({ words }) => words.length === 2 && words[0] === group).map(({ words, synopsis }) => ({
    name: words[1] ?? '',
    synopsis,
  }));
  const about = GROUPS.find(({ word }) => word === group)?.synopsis ?? '';
  return `Usage: lictor ${group} <subcommand> [options] [args]\n\n  ${about}.\n\nSubcommands:\n${table(lines)}`;
}
