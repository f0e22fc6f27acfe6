// From a command line to a command: the words are looked up, the flags are read the way Go programs read them, then yargs
// runs what is registered under that name (spec: exit codes 127 without a command, 1 for a bad flag or a bare group).

import type { Flag, FlagValue } from '../gotext/flag-set.js';
import { describeFlags, parseFlags } from '../gotext/flag-set.js';
import type { Command } from './command/command.js';
import { fail, Options } from './command/command.js';
import { commandHelp } from './command/usage.js';
import { groupHelp, programHelp } from './help.js';
import type { Registered } from './registry.js';
import { COMMANDS, GROUPS } from './registry.js';

const NO_COMMAND = 127;
const HELP = new Set(['-h', '-help', '--help']);
const VERSION = new Set(['-v', '-version', '--version']);

/** Resolves with the exit code. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const [first = '', second = ''] = argv;
  if (HELP.has(first)) return show(programHelp());
  if (VERSION.has(first)) return runCommand(['version']);
  const group = GROUPS.find(({ word }) => word === first);
  const found = COMMANDS.find(({ words }) => words.every((word, at) => word === argv[at]));
  if (found !== undefined) return runFound(found, argv.slice(found.words.length));
  if (group === undefined) return complain(programHelp(), NO_COMMAND);
  return HELP.has(second) ? show(groupHelp(first)) : complain(groupHelp(first), 1);
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
  return dispatch(found, command, [...normalised(command.flags, parsed.values), '--', ...parsed.rest]);
}

/** Go-style flags in the one spelling yargs can't misread. */
function* normalised(flags: readonly Flag[], values: ReadonlyMap<string, FlagValue>): Generator<string> {
  for (const { name } of flags) {
    const value = values.get(name);
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? (value as readonly string[]) : [value]) yield `--${name}=${String(item)}`;
  }
}

async function dispatch(found: Registered, command: Command, argv: readonly string[]): Promise<number> {
  const { default: yargs } = await import('yargs');
  const name = found.words.join('-');
  let code = 1;
  const program = yargs([name, ...argv])
    .scriptName('lictor')
    .help(false)
    .version(false)
    .exitProcess(false)
    .showHelpOnFail(false)
    .parserConfiguration({
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'boolean-negation': false,
      'short-option-groups': false,
      'greedy-arrays': false,
      'populate--': true,
    })
    .command(
      name,
      found.synopsis,
      (builder) => {
        for (const { name: flag, kind, usage } of command.flags)
          builder.option(flag, { type: yargsType(kind), describe: usage });
        return builder;
      },
      async (parsed) => {
        code = await command.run(optionsOf(command.flags, parsed));
      },
    );
  await program.parseAsync();
  return code;
}

function yargsType(kind: Flag['kind']): 'string' | 'boolean' | 'array' {
  if (kind === 'bool') return 'boolean';
  return kind === 'words' || kind === 'pairs' || kind === 'meta' ? 'array' : 'string';
}

function optionsOf(flags: readonly Flag[], parsed: { readonly [name: string]: unknown }): Options {
  const values = new Map<string, FlagValue>();
  for (const { name } of flags) {
    const value = parsed[name];
    if (Array.isArray(value)) values.set(name, value.map(String));
    else if (typeof value === 'string' || typeof value === 'boolean') values.set(name, value);
  }
  const rest = parsed['--'];
  return new Options(values, Array.isArray(rest) ? rest.map(String) : []);
}
