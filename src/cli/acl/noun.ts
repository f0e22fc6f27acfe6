// Policies, roles, tokens, auth methods and binding rules: where each of them is, how one is named on the command line, and
// what is done to all of them in the same way.

import type { Flag } from '../../gotext/flag-set.js';
import type { Kind } from '../../gotext/json-decode.js';
import { type Command, fail, type Options, print } from '../command/command.js';
import type { Parsed } from '../http/client.js';
import {
  type AclCommand,
  aclCommand,
  type Call,
  type Fetched,
  fetched,
  fetchedList,
  joined,
  type Written,
} from './call.js';

export interface Noun<T> {
  /** In a sentence: `auth method`. */
  readonly word: string;
  /** Where one of them is, by its ID (auth methods: by its name). */
  readonly path: string;
  readonly listPath: string;
  readonly kind: Kind<T>;
  /** What it is called by in paths. */
  readonly key: (value: T) => string;
  readonly lines: (value: T, showsMeta: boolean) => readonly string[];
  /** As written, for JSON. */
  readonly written?: (written: Written) => Written;
}

const UUID_LENGTH = 36;

export function showOne<T>(call: Call, noun: Noun<T>, { value, written }: Fetched<T>): number {
  return call.show(noun.written?.(written) ?? written, () => noun.lines(value, call.showsMeta));
}

export function showAll<T>(
  call: Call,
  noun: Pick<Noun<T>, 'written'>,
  all: readonly Fetched<T>[],
  lines: (value: T) => readonly string[],
): number {
  return call.show(
    all.map(({ written }) => noun.written?.(written) ?? written),
    () => all.flatMap(({ value }) => lines(value)),
  );
}

/** An ID, or as much of it as is enough to know which is meant. */
export async function wholeId<T>(call: Call, noun: Noun<T>, id: string): Promise<Parsed<string>> {
  if (id.length >= UUID_LENGTH) return { ok: true, value: id };
  const all = fetchedList(await call.client.get(noun.listPath, call.query), noun.kind);
  if (!all.ok) return all;
  const [first, ...more] = all.value.map(({ value }) => noun.key(value)).filter((key) => key.startsWith(id));
  if (first === undefined) return { ok: false, error: `No such ${noun.word} ID with prefix: ${id}` };
  if (more.length > 0) return { ok: false, error: `Several ${noun.word} IDs have the prefix: ${id}` };
  return { ok: true, value: first };
}

/** By an ID, or a part of it. `error` is the whole text. */
export async function readById<T>(call: Call, noun: Noun<T>, given: string): Promise<Parsed<Fetched<T>>> {
  const id = await wholeId(call, noun, given);
  if (!id.ok) return { ok: false, error: `Error determining ${noun.word} ID: ${id.error}` };
  const read = fetched(await call.client.get(joined(noun.path, id.value), call.query), noun.kind);
  return read.ok ? read : { ok: false, error: `Error reading ${noun.word} "${id.value}": ${read.error}` };
}

/** One that `path` leads to, or may not lead to. `error` is the whole text. */
export async function readAt<T>(call: Call, noun: Noun<T>, path: string, name: string): Promise<Parsed<Fetched<T>>> {
  const answer = await call.client.get(path, call.query, true);
  if (answer.ok && answer.status === 404) return { ok: false, error: `Error ${noun.word} not found: ${name}` };
  const read = fetched(answer, noun.kind);
  return read.ok ? read : { ok: false, error: `Error reading ${noun.word} "${name}": ${read.error}` };
}

export function idAndName(word: string): readonly Flag[] {
  return [
    { name: 'id', kind: 'string', usage: `ID of the ${word}, or as much of its beginning as no other has.` },
    { name: 'name', kind: 'string', usage: `Name of the ${word}.` },
  ];
}

/** As -id or -name say. `error` is the whole text. */
export function readNamed<T>(call: Call, noun: Noun<T>): Promise<Parsed<Fetched<T>>> {
  const id = call.options.text('id');
  const name = call.options.text('name');
  if (id !== '') return readById(call, noun, id);
  if (name !== '') return readAt(call, noun, joined(`${noun.path}/name`, name), name);
  return Promise.resolve({ ok: false, error: 'Must specify either the -id or -name parameters' });
}

/** What of a record -id or -name say is put in the path: a whole ID is taken as it is. `error` is the whole text. */
async function idOfNamed<T>(call: Call, noun: Noun<T>): Promise<Parsed<string>> {
  const id = call.options.text('id');
  if (id === '') {
    const named = await readNamed(call, noun);
    return named.ok ? { ok: true, value: noun.key(named.value.value) } : named;
  }
  const whole = await wholeId(call, noun, id);
  return whole.ok ? whole : { ok: false, error: `Error determining ${noun.word} ID: ${whole.error}` };
}

export async function create<T>(call: Call, noun: Noun<T>, body: object): Promise<number> {
  const made = fetched(await call.client.put(noun.path, call.query, JSON.stringify(body)), noun.kind);
  return made.ok ? showOne(call, noun, made.value) : fail(`Failed to create new ${noun.word}: ${made.error}`);
}

/** Puts `changed` in its place. */
export async function replace<T>(call: Call, noun: Noun<T>, key: string, changed: object): Promise<number> {
  const answer = await call.client.put(joined(noun.path, key), call.query, JSON.stringify(changed));
  const made = fetched(answer, noun.kind);
  return made.ok ? showOne(call, noun, made.value) : fail(`Error updating ${noun.word} "${key}": ${made.error}`);
}

export async function remove<T>(call: Call, noun: Noun<T>, key: string): Promise<number> {
  const answer = await call.client.delete(joined(noun.path, key), call.query);
  if (!answer.ok) return fail(`Error deleting ${noun.word} "${key}": ${answer.error}`);
  print(`${noun.word[0]?.toUpperCase()}${noun.word.slice(1)} "${key}" deleted successfully`);
  return 0;
}

export const NO_MERGE_FLAG: Flag = {
  name: 'no-merge',
  kind: 'bool',
  usage: 'What is not given becomes empty, instead of staying as it is.',
};

/** What -id or -name say becomes what `change` makes of it, or of nothing but its ID and name with -no-merge. */
export async function updateNamed<T>(
  call: Call,
  noun: Noun<T>,
  change: (existing: Written) => Promise<Parsed<Written>>,
): Promise<number> {
  const read = await readNamed(call, noun);
  if (!read.ok) return fail(read.error);
  const { value, written } = read.value;
  const existing = call.options.isOn('no-merge') ? { ID: written['ID'], Name: written['Name'] } : written;
  const changed = await change(existing);
  return changed.ok ? replace(call, noun, noun.key(value), changed.value) : fail(changed.error);
}

/** What -id or -name say. */
export async function removeNamed<T>(call: Call, noun: Noun<T>): Promise<number> {
  const id = await idOfNamed(call, noun);
  return id.ok ? remove(call, noun, id.value) : fail(id.error);
}

/** The fields that these flags name, where they were given, under the names that records have. */
export function givenTexts(options: Options, names: ReadonlyMap<string, string>): { [field: string]: string } {
  return Object.fromEntries(
    [...names].flatMap(([flag, field]) => (options.has(flag) ? [[field, options.text(flag)] as const] : [])),
  );
}

/** A command that lists all, one below the other. */
export function listCommand<T>(
  noun: Noun<T>,
  definition: Omit<AclCommand, 'run'>,
  lines: (value: T, showsMeta: boolean) => readonly string[],
  query: (options: Options) => Call['query'] = () => [],
): Command {
  return aclCommand({
    ...definition,
    async run(call) {
      const answer = await call.client.get(noun.listPath, [...call.query, ...query(call.options)]);
      const all = fetchedList(answer, noun.kind);
      if (!all.ok) return fail(`Failed to retrieve the ${noun.word} list: ${all.error}`);
      return showAll(call, noun, all.value, (value) => lines(value, call.showsMeta));
    },
  });
}
