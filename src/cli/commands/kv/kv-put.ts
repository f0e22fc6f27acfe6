// `lictor kv put`: sets a key, on conditions if wanted.

import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { decodeBase64, readInput } from '../../command/input.js';
import type { Query } from '../../http/client.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';
import { keyPath } from '../../http/path.js';

export const command: Command = {
  usage: 'kv put [options] KEY [DATA]',
  about: 'Sets a key. DATA is the value itself, @file, or - for standard input.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    NAMESPACE_FLAG,
    PARTITION_FLAG,
    { name: 'acquire', kind: 'bool', usage: 'Take the lock on the key; needs -session.' },
    { name: 'base64', kind: 'bool', usage: 'DATA is base64.' },
    { name: 'cas', kind: 'bool', usage: 'Only if the key is still at -modify-index.' },
    { name: 'flags', kind: 'uint64', usage: 'A number kept with the key.' },
    { name: 'modify-index', kind: 'uint64', usage: 'With -cas; 0: only if the key is new.' },
    { name: 'release', kind: 'bool', usage: 'Give the lock back; needs -session.' },
    { name: 'session', kind: 'string', usage: 'The session that holds the lock.' },
  ],
  run: put,
};

async function put(options: Options): Promise<number> {
  const [given = '', word = ''] = options.words;
  if (options.words.length === 0) return fail('Error! Missing KEY argument');
  if (options.words.length > 2) return fail(`Error! Too many arguments (expected 1 or 2, got ${options.words.length})`);
  const conflict = conditionProblem(options);
  if (conflict !== null) return fail(`Error! ${conflict}`);
  const input = await readInput(word);
  if (!input.ok) return fail(`Error! Failed to read file: ${input.error}`);
  let { data } = input;
  if (options.isOn('base64')) {
    const decoded = decodeBase64(data.toString('utf8'));
    // The stock command goes on with what it could read; scripts rely on the exit code it has then.
    if (decoded.badAt !== null) {
      fail(`Error! Cannot base 64 decode data: illegal base64 data at input byte ${decoded.badAt}`);
    }
    data = decoded.data;
  }
  if (given.startsWith('/')) {
    return fail(`Error! Failed writing data: Invalid key. Key must not begin with a '/': ${given}`);
  }
  const connected = connect(options);
  if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
  const answer = await connected.client.put(`/v1/kv/${keyPath(given)}`, query(options), data);
  if (!answer.ok) return fail(`Error! Failed writing data: ${answer.error}`);
  return report(given, options, answer.body.toString('utf8').trim() === 'true');
}

function conditionProblem(options: Options): string | null {
  if (options.isOn('cas') && !options.has('modify-index')) return 'Must specify -modify-index with -cas!';
  const locks = options.isOn('release') || options.isOn('acquire');
  return locks && options.text('session') === '' ? 'Missing -session (required with -acquire and -release)' : null;
}

function query(options: Options): Query {
  const session = options.text('session');
  return [
    ...serverQuery(options),
    ...(options.has('flags') ? [['flags', options.text('flags')] as const] : []),
    ...(options.isOn('cas') ? [['cas', options.text('modify-index')] as const] : []),
    ...(options.isOn('acquire') ? [['acquire', session] as const] : []),
    ...(options.isOn('release') ? [['release', session] as const] : []),
  ];
}

function report(key: string, options: Options, done: boolean): number {
  if (options.isOn('cas') && !done) return fail(`Error! Did not write to ${key}: CAS failed`);
  if (options.isOn('acquire')) {
    if (!done) return fail('Error! Did not acquire lock');
    print(`Success! Lock acquired on: ${key}`);
  } else if (options.isOn('release')) {
    if (!done) return fail('Error! Did not release lock');
    print(`Success! Lock released on: ${key}`);
  } else {
    print(`Success! Data written to: ${key}`);
  }
  return 0;
}
