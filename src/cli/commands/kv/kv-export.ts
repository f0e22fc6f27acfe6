// `lictor kv export`: a tree of keys as JSON, for `kv import`.

import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import type { KvPair } from '../../command/kv-pair.js';
import { parsePairs } from '../../command/kv-pair.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';
import { keyPath } from '../../http/path.js';

export const command: Command = {
  usage: 'kv export [KEY_OR_PREFIX]',
  about: 'Writes all keys under a prefix as JSON, values in base64.',
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG],
  async run(options: Options): Promise<number> {
    const [given = ''] = options.words;
    if (options.words.length > 1) return fail(`Too many arguments (expected 1, got ${options.words.length})`);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const path = `/v1/kv/${keyPath(given.replace(/^\//, ''))}`;
    const answer = await connected.client.get(path, [...serverQuery(options), ['recurse', '']], true);
    if (!answer.ok) return fail(`Error querying Consul agent: ${answer.error}`);
    const pairs = answer.status === 404 ? [] : parsePairs(answer.body);
    print(pairs.length === 0 ? '[]' : `[\n${pairs.map(entry).join(',\n')}\n]`);
    return 0;
  },
};

/** Written by hand because flags don't fit a JavaScript number. */
function entry({ key, flags, value }: KvPair): string {
  const name = JSON.stringify(key);
  return `\t{\n\t\t"key": ${name},\n\t\t"flags": ${flags},\n\t\t"value": "${value.toString('base64')}"\n\t}`;
}
