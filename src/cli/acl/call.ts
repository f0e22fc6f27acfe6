// What the commands of `acl` have in common: their flags, the agent they ask, the two forms of what they show.

import type { Flag } from '../../gotext/flag-set.js';
import type { Kind } from '../../gotext/json-decode.js';
import { indentJson } from '../../gotext/json-indent.js';
import { list } from '../../gotext/json-kinds.js';
import { type Command, fail, type Options, print } from '../command/command.js';
import { failWithHelp } from '../command/usage.js';
import { type Answer, type Client, connect, decoded, type Parsed, type Query, serverQuery } from '../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../http/flags.js';

/** As it was answered, so that what a command doesn't know of is shown, and given back with a change, all the same. */
export type Written = { readonly [field: string]: unknown };

export interface Fetched<T> {
  readonly value: T;
  readonly written: Written;
}

/** One call of a command. */
export interface Call {
  readonly options: Options;
  readonly client: Client;
  /** Datacenter and consistency. */
  readonly query: Query;
  /** With hashes and indexes. */
  readonly showsMeta: boolean;
  /** The exit code: `lines` or, with -format=json, `written`. */
  show(written: unknown, lines: () => readonly string[]): number;
}

export interface AclCommand {
  readonly usage: string;
  readonly about: string;
  readonly flags: readonly Flag[];
  /** Flags that must be there, in the order in which they are asked for. */
  readonly required?: readonly string[];
  /** How many words stand behind the options; none unless said. */
  readonly words?: number;
  /** Resolves with the exit code. */
  run(call: Call): Promise<number>;
}

export const META_FLAG: Flag = { name: 'meta', kind: 'bool', usage: 'Hashes and Raft indexes too.' };
const FORMAT_FLAG: Flag = { name: 'format', kind: 'string', usage: 'Output: pretty or json. Default pretty.' };
const FORMATS = new Set(['', 'pretty', 'json']);

export function aclCommand({ usage, about, flags, required = [], words = 0, run }: AclCommand): Command {
  const command: Command = {
    usage,
    about,
    flags: [...CLIENT_FLAGS, ...SERVER_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, FORMAT_FLAG, ...flags],
    async run(options: Options): Promise<number> {
      const missing = required.find((name) => options.text(name) === '');
      if (missing !== undefined) return failWithHelp(`Missing required '-${missing}' flag`, command);
      const given = options.words.length;
      // Options behind a word would be words themselves, and without effect.
      if (given > words) return fail(`Too many arguments (expected ${words}, got ${given})`);
      const format = options.text('format');
      if (!FORMATS.has(format)) return fail(`Unknown format: ${format}`);
      const connected = connect(options);
      if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
      return run({
        options,
        client: connected.client,
        query: serverQuery(options),
        showsMeta: options.isOn('meta'),
        show(written, lines) {
          print(format === 'json' ? indentJson(JSON.stringify(written)) : lines().join('\n'));
          return 0;
        },
      });
    },
  };
  return command;
}

/** The record of an answer. */
export function fetched<T>(answer: Answer, kind: Kind<T>): Parsed<Fetched<T>> {
  const parsed = decoded(answer, kind);
  if (!parsed.ok || !answer.ok) return parsed as Parsed<never>;
  const written = JSON.parse(answer.body.toString('utf8')) as Written | null;
  return { ok: true, value: { value: parsed.value, written: written ?? {} } };
}

/** The records of an answer: each as read and as written. */
export function fetchedList<T>(answer: Answer, kind: Kind<T>): Parsed<readonly Fetched<T>[]> {
  const parsed = decoded(answer, list(kind));
  if (!parsed.ok || !answer.ok) return parsed as Parsed<never>;
  const written = (JSON.parse(answer.body.toString('utf8')) ?? []) as readonly (Written | null)[];
  const values = parsed.value ?? [];
  return { ok: true, value: values.map((value, at) => ({ value, written: written[at] ?? {} })) };
}

/** A name or an ID as a part of a path. */
export function joined(path: string, name: string): string {
  return `${path}/${encodeURIComponent(name)}`;
}
