// `lictor acl bootstrap`: makes the first token, which may do everything.

import { aclCommand, fetched } from '../../acl/call.js';
import { showOne } from '../../acl/noun.js';
import { TOKENS } from '../../acl/tokens.js';
import { fail } from '../../command/command.js';
import { readInput } from '../../command/input.js';

export const command = aclCommand({
  usage: 'acl bootstrap [options] [FILE]',
  about:
    'Makes the first token of a cluster, which may do everything. It works once. The secret is made, or is what FILE holds; - is ' +
    'standard input.',
  flags: [],
  words: 1,
  async run(call) {
    const [file] = call.options.words;
    let body = '';
    if (file !== undefined) {
      const input = await readInput(file === '-' ? file : `@${file}`);
      if (!input.ok) return fail(`Error reading the secret: ${input.error}`);
      const BootstrapSecret = input.data.toString('utf8').trim();
      if (BootstrapSecret === '') return fail(`Error reading the secret: there is none in ${file}`);
      body = JSON.stringify({ BootstrapSecret });
    }
    const made = fetched(await call.client.put('/v1/acl/bootstrap', call.query, body), TOKENS.kind);
    if (!made.ok) return fail(`Failed ACL bootstrapping: ${made.error}`);
    // The secret a second time, for clients of old.
    const { ID: _id, ...written } = made.value.written;
    return showOne(call, TOKENS, { value: made.value.value, written });
  },
});
