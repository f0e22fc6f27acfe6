// `lictor kv get`: a value, several, or the names of keys.

import { Buffer } from 'node:buffer';
import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import type { KvPair } from '../../command/kv-pair.js';
import { parsePairs } from '../../command/kv-pair.js';
import type { Client, Query } from '../../http/client.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';
import { keyPath } from '../../http/path.js';

export const command: Command = {
  usage: 'kv get [options] [KEY_OR_PREFIX]',
  about: 'Reads the value of a key, of all keys under a prefix, or lists the keys under a prefix.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    NAMESPACE_FLAG,
    PARTITION_FLAG,
    { name: 'base64', kind: 'bool', usage: 'Values in base64.' },
    { name: 'detailed', kind: 'bool', usage: 'All attributes of the key, not only its value.' },
    { name: 'keys', kind: 'bool', usage: 'Only the names of the keys under the prefix.' },
    { name: 'recurse', kind: 'bool', usage: 'All keys under the prefix.' },
    { name: 'separator', kind: 'string', usage: 'With -keys: ends a level. Default /.' },
  ],
  async run(options: Options): Promise<number> {
    const [given = ''] = options.words;
    if (options.words.length > 1) return fail(`Too many arguments (expected 1, got ${options.words.length})`);
    const key = given.replace(/^\//, '');
    const many = options.isOn('keys') || options.isOn('recurse');
    if (key === '' && !many) return fail('Error! Missing KEY argument');
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const query = serverQuery(options);
    if (options.isOn('keys')) return listKeys(connected.client, key, query, options);
    return read(connected.client, key, query, options);
  },
};

async function listKeys(client: Client, prefix: string, query: Query, options: Options): Promise<number> {
  const separator = options.has('separator') ? options.text('separator') : '/';
  const answer = await client.get(
    `/v1/kv/${keyPath(prefix)}`,
    [...query, ['keys', ''], ['separator', separator]],
    true,
  );
  if (!answer.ok) return fail(`Error querying Consul agent: ${answer.error}`);
  if (answer.status === 404) return 0;
  for (const key of JSON.parse(answer.body.toString('utf8')) as readonly string[]) print(key);
  return 0;
}

async function read(client: Client, key: string, query: Query, options: Options): Promise<number> {
  const recurse = options.isOn('recurse');
  const answer = await client.get(`/v1/kv/${keyPath(key)}`, recurse ? [...query, ['recurse', '']] : query, true);
  if (!answer.ok) return fail(`Error querying Consul agent: ${answer.error}`);
  if (answer.status === 404) return recurse ? 0 : fail(`Error! No key exists at: ${key}`);
  const pairs = parsePairs(answer.body);
  for (const [at, pair] of pairs.entries()) {
    if (options.isOn('detailed')) {
      if (at > 0) print('');
      process.stdout.write(detailed(pair, options.isOn('base64')));
    } else {
      const value = options.isOn('base64') ? Buffer.from(pair.value.toString('base64')) : pair.value;
      process.stdout.write(Buffer.concat([Buffer.from(recurse ? `${pair.key}:` : ''), value, Buffer.from('\n')]));
    }
  }
  return 0;
}

function detailed(pair: KvPair, inBase64: boolean): Buffer {
  const rows: [string, string][] = [
    ['CreateIndex', pair.createIndex],
    ['Flags', pair.flags],
    ['Key', pair.key],
    ['LockIndex', pair.lockIndex],
    ['ModifyIndex', pair.modifyIndex],
    ['Session', pair.session || '-'],
  ];
  const width = 'ModifyIndex'.length + 6;
  const head = rows.map(([name, value]) => `${name.padEnd(width)}${value}\n`).join('');
  const value = inBase64 ? Buffer.from(pair.value.toString('base64')) : pair.value;
  return Buffer.concat([Buffer.from(`${head}${'Value'.padEnd(width)}`), value, Buffer.from('\n')]);
}
