// `lictor acl templated-policy read`: shows a template of policies.

import { aclCommand, fetched } from '../../../acl/call.js';
import { templateKind } from '../../../acl/records.js';
import { templateLines } from '../../../acl/templates.js';
import { fail } from '../../../command/command.js';
import { keyPath } from '../../../http/path.js';

export const command = aclCommand({
  usage: 'acl templated-policy read -name NAME [options]',
  about: 'Shows a templated policy: the variables that it takes, and its rules.',
  flags: [{ name: 'name', kind: 'string', usage: 'Name of the templated policy.' }],
  async run(call) {
    const name = call.options.text('name');
    if (name === '') return fail('Must specify the -name parameter');
    const answer = await call.client.get(`/v1/acl/templated-policy/name/${keyPath(name)}`, call.query);
    const read = fetched(answer, templateKind);
    if (!read.ok) return fail(`Error reading templated policy "${name}": ${read.error}`);
    return call.show(read.value.written, () => templateLines(read.value.value));
  },
});
