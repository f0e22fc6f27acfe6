// `lictor acl templated-policy list`: the names of all templates of policies.

import { map } from '../../../../gotext/json-kinds.js';
import { aclCommand } from '../../../acl/call.js';
import { templateKind } from '../../../acl/records.js';
import { fail } from '../../../command/command.js';
import { decoded } from '../../../http/client.js';

const templatesKind = map(templateKind);

export const command = aclCommand({
  usage: 'acl templated-policy list [options]',
  about: 'Lists the names of all templated policies.',
  flags: [],
  async run(call) {
    const answer = await call.client.get('/v1/acl/templated-policies', call.query);
    const templates = decoded(answer, templatesKind);
    if (!templates.ok) return fail(`Failed to retrieve the templated policies list: ${templates.error}`);
    const all = templates.value ?? {};
    return call.show(all, () => Object.keys(all).sort());
  },
});
