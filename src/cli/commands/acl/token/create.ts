// `lictor acl token create`: makes a token.

import { aclCommand, META_FLAG } from '../../../acl/call.js';
import { givenGrants, TEMPLATE_FLAGS, tokenGrantFlags } from '../../../acl/grants.js';
import { create, givenTexts } from '../../../acl/noun.js';
import { TOKENS } from '../../../acl/tokens.js';
import { fail } from '../../../command/command.js';

const FIELDS: ReadonlyMap<string, string> = new Map([
  ['accessor', 'AccessorID'],
  ['secret', 'SecretID'],
  ['description', 'Description'],
  ['expires-ttl', 'ExpirationTTL'],
]);

export const command = aclCommand({
  usage: 'acl token create [options]',
  about: 'Makes a token that grants what policies, roles, identities and templated policies grant.',
  flags: [
    { name: 'accessor', kind: 'string', usage: 'A UUID to call the token by; made unless given.' },
    { name: 'secret', kind: 'string', usage: 'A UUID that requests are to carry; made unless given.' },
    { name: 'description', kind: 'string', usage: 'What it is for.' },
    { name: 'expires-ttl', kind: 'duration', usage: 'How long it is to live. Default: until it is deleted.' },
    { name: 'local', kind: 'bool', usage: 'Counts in its own datacenter alone.' },
    ...tokenGrantFlags(),
    ...TEMPLATE_FLAGS,
    META_FLAG,
  ],
  async run(call) {
    const grants = await givenGrants(call);
    if (!grants.ok) return fail(grants.error);
    if (Object.keys(grants.value).length === 0) {
      return fail(
        'Cannot create a token without specifying -policy-name, -policy-id, -role-name, -role-id, -service-identity, ' +
          '-node-identity, -templated-policy or -templated-policy-file at least once',
      );
    }
    const fields = givenTexts(call.options, FIELDS);
    return create(call, TOKENS, { ...fields, ...grants.value, Local: call.options.isOn('local') });
  },
});
