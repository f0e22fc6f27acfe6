// From a command line to a command: the words are looked up, the flags read the way Go programs read them (spec: exit codes 127
// without a command, 1 for a bad flag or a bare group).

import { describeFlags, parseFlags } from '../gotext/flag-set.js';
import { fail, Options } from './command/command.js';
import type { Group, Registered } from './command/registered.js';
import { commandHelp } from './command/usage.js';
import { groupHelp, programHelp } from './help.js';
import { COMMANDS, GROUPS } from './registry.js';

const NO_COMMAND = 127;
const HELP = new Set(['-h', '-help', '--help']);
const VERSION = new Set(['-v', '-version', '--version']);

/** Resolves with the exit code. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const [first = ''] = argv;
  if (HELP.has(first)) return show(programHelp());
  if (VERSION.has(first)) return runCommand(['version']);
  const isCalled = ({ words }: Group | Registered): boolean => words.every((word, at) => word === argv[at]);
  const found = COMMANDS.find(isCalled);
  if (found !== undefined) return runFound(found, argv.slice(found.words.length));
  // A group within a group stands behind it.
  const group = GROUPS.findLast(isCalled);
  if (group === undefined) return complain(programHelp(), NO_COMMAND);
  return HELP.has(argv[group.words.length] ?? '') ? show(groupHelp(group)) : complain(groupHelp(group), 1);
}

function show(text: string): number {
  process.stdout.write(text);
  return 0;
}

function complain(text: string, code: number): number {
  process.stderr.write(text);
  return code;
}

async function runFound(found: Registered, rest: readonly string[]): Promise<number> {
  const { command } = await found.load();
  const parsed = parseFlags(rest, command.flags);
  if (!parsed.ok) {
    if (parsed.help) return show(commandHelp(command));
    return fail(`${parsed.error}\nUsage:\n${describeFlags(command.flags)}`.trimEnd());
  }
  return command.run(new Options(parsed.values, parsed.rest));
}
