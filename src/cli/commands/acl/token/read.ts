// `lictor acl token read`: shows a token, by its accessor or by its secret.

import { aclCommand, type Call, type Fetched, fetched, joined, META_FLAG } from '../../../acl/call.js';
import { expandedLines } from '../../../acl/expanded.js';
import { showOne, wholeId } from '../../../acl/noun.js';
import { type ExpandedToken, expandedTokenKind } from '../../../acl/records.js';
import { ACCESSOR_FLAGS, accessorOf, TOKENS } from '../../../acl/tokens.js';
import { fail } from '../../../command/command.js';
import type { Parsed } from '../../../http/client.js';

type Answer = Parsed<Fetched<ExpandedToken>>;

/** `error` is the whole text. */
async function ask(call: Call): Promise<Answer> {
  const { options, client } = call;
  const query = options.isOn('expanded') ? [...call.query, ['expanded', 'true'] as const] : call.query;
  if (options.isOn('self')) {
    const read = fetched(await client.get(`${TOKENS.path}/self`, query), expandedTokenKind);
    return read.ok ? read : { ok: false, error: `Error reading token: ${read.error}` };
  }
  const given = accessorOf(options);
  if (given === '') return { ok: false, error: 'Must specify the -accessor-id parameter' };
  const accessor = await wholeId(call, TOKENS, given);
  if (!accessor.ok) return { ok: false, error: `Error determining token ID: ${accessor.error}` };
  const read = fetched(await client.get(joined(TOKENS.path, accessor.value), query), expandedTokenKind);
  return read.ok ? read : { ok: false, error: `Error reading token "${accessor.value}": ${read.error}` };
}

export const command = aclCommand({
  usage: 'acl token read [options] -accessor-id ACCESSOR | -self',
  about: 'Shows a token.',
  flags: [
    ...ACCESSOR_FLAGS,
    { name: 'self', kind: 'bool', usage: 'The token that asks, whatever it may do.' },
    { name: 'expanded', kind: 'bool', usage: 'With the rules of all that it is linked to.' },
    META_FLAG,
  ],
  async run(call) {
    const read = await ask(call);
    if (!read.ok) return fail(read.error);
    if (!call.options.isOn('expanded')) return showOne(call, TOKENS, read.value);
    return call.show(read.value.written, () => expandedLines(read.value.value, call.showsMeta));
  },
});
