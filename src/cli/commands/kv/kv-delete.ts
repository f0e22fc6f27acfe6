// `lictor kv delete`: removes a key, or all under a prefix.

import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import type { Query } from '../../http/client.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';
import { keyPath } from '../../http/path.js';

export const command: Command = {
  usage: 'kv delete [options] KEY_OR_PREFIX',
  about: 'Removes a key, or with -recurse all keys under a prefix.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    NAMESPACE_FLAG,
    PARTITION_FLAG,
    { name: 'cas', kind: 'bool', usage: 'Only if the key is still at -modify-index.' },
    { name: 'modify-index', kind: 'uint64', usage: 'With -cas.' },
    { name: 'recurse', kind: 'bool', usage: 'All keys under the prefix.' },
  ],
  async run(options: Options): Promise<number> {
    const [given] = options.words;
    if (options.words.length > 1) return fail(`Too many arguments (expected 1, got ${options.words.length})`);
    const key = (given ?? '').replace(/^\//, '');
    const recurse = options.isOn('recurse');
    if (given === undefined || (key === '' && !recurse)) return fail('Error! Missing KEY argument');
    const problem = conditionProblem(options);
    if (problem !== null) return fail(problem);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const query: Query = [
      ...serverQuery(options),
      ...(recurse ? [['recurse', ''] as const] : []),
      ...(options.isOn('cas') ? [['cas', options.text('modify-index')] as const] : []),
    ];
    const answer = await connected.client.delete(`/v1/kv/${keyPath(key)}`, query);
    if (!answer.ok) return fail(`Error! Did not delete ${recurse ? 'prefix' : 'key'} ${key}: ${answer.error}`);
    if (options.isOn('cas') && answer.body.toString('utf8').trim() !== 'true') {
      return fail(`Error! Did not delete key ${key}: CAS failed`);
    }
    print(recurse ? `Success! Deleted keys with prefix: ${key}` : `Success! Deleted key: ${key}`);
    return 0;
  },
};

function conditionProblem(options: Options): string | null {
  const index = options.text('modify-index');
  const hasIndex = index !== '' && index !== '0';
  if (options.isOn('cas') && options.isOn('recurse')) return 'Cannot specify both -cas and -recurse!';
  if (options.isOn('cas') && !hasIndex) return 'Must specify -modify-index with -cas!';
  if (!options.isOn('cas') && hasIndex) return 'Cannot specify -modify-index without -cas!';
  return null;
}
