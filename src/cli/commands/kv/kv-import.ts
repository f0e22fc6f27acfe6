// `lictor kv import`: keys from JSON as `kv export` writes it.

import { parseJson } from '../../../gotext/json-parse.js';
import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { readInput } from '../../command/input.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';
import { keyPath } from '../../http/path.js';

interface Entry {
  readonly key: string;
  readonly flags: string;
  readonly value: Buffer;
}

export const command: Command = {
  usage: 'kv import [DATA]',
  about: 'Sets keys from JSON. DATA is the text itself, @file, or - for standard input.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    NAMESPACE_FLAG,
    PARTITION_FLAG,
    { name: 'prefix', kind: 'string', usage: 'Put before every key.' },
  ],
  async run(options: Options): Promise<number> {
    const [word] = options.words;
    if (options.words.length > 1) return fail(`Too many arguments (expected 1, got ${options.words.length})`);
    if (word === undefined || word === '') return fail('Error! Missing DATA argument');
    const input = await readInput(word);
    if (!input.ok) return fail(`Error! Failed to read file: ${input.error}`);
    const entries = parseEntries(input.data.toString('utf8'));
    if (!entries.ok) return fail(`Cannot unmarshal data: ${entries.error}`);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    for (const { key, flags, value } of entries.entries) {
      const name = prefixed(options.text('prefix'), key);
      const query = [...serverQuery(options), ['flags', flags] as const];
      const answer = await connected.client.put(`/v1/kv/${keyPath(name)}`, query, value);
      if (!answer.ok) return fail(`Error! Failed writing data for key ${key}: ${answer.error}`);
      print(`Imported: ${name}`);
    }
    return 0;
  },
};

function prefixed(prefix: string, key: string): string {
  return prefix === '' ? key : `${prefix.replace(/\/$/, '')}/${key}`;
}

function parseEntries(text: string): { ok: true; entries: Entry[] } | { ok: false; error: string } {
  const parsed = parseJson(text, 'unmarshal');
  if (!parsed.ok) return parsed;
  if (!Array.isArray(parsed.value))
    return { ok: false, error: 'json: cannot unmarshal object into Go value of type []*Entry' };
  const entries: Entry[] = [];
  for (const item of parsed.value as readonly { readonly [field: string]: unknown }[]) {
    const { key, flags, value } = item ?? {};
    if (typeof key !== 'string') return { ok: false, error: 'an entry has no key' };
    entries.push({
      key,
      flags: String(flags ?? 0),
      value: Buffer.from(typeof value === 'string' ? value : '', 'base64'),
    });
  }
  return { ok: true, entries };
}
