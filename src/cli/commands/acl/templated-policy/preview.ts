// `lictor acl templated-policy preview`: the policy that a template becomes with variables.

import { aclCommand, fetched, META_FLAG } from '../../../acl/call.js';
import { showOne } from '../../../acl/noun.js';
import { POLICIES } from '../../../acl/policies.js';
import { readTemplateFile } from '../../../acl/template-file.js';
import { type TemplatedPolicy, templatedPolicy, VARIABLE_FLAG } from '../../../acl/template-input.js';
import { fail, type Options } from '../../../command/command.js';
import type { Parsed } from '../../../http/client.js';
import { keyPath } from '../../../http/path.js';

async function given(options: Options): Promise<Parsed<TemplatedPolicy>> {
  const name = options.text('name');
  const file = options.text('file');
  if (name !== '' && file !== '') return { ok: false, error: 'Cannot combine the use of -name with -file' };
  if (file === '') {
    return name === ''
      ? { ok: false, error: 'Cannot preview a templated policy without specifying -name or -file' }
      : templatedPolicy(options, name);
  }
  const read = await readTemplateFile(file);
  if (!read.ok) return read;
  const [policy, ...more] = read.value;
  if (policy === undefined || more.length > 0) {
    return { ok: false, error: 'Cannot preview more than one templated policy at a time' };
  }
  return { ok: true, value: policy };
}

export const command = aclCommand({
  usage: 'acl templated-policy preview [options] -name NAME | -file FILE',
  about: 'Shows the policy that a templated policy becomes with the variables that are given.',
  flags: [
    { name: 'name', kind: 'string', usage: 'Name of the templated policy.' },
    VARIABLE_FLAG,
    { name: 'file', kind: 'string', usage: 'File with a templated policy and its variables.' },
    META_FLAG,
  ],
  async run(call) {
    const policy = await given(call.options);
    if (!policy.ok) return fail(policy.error);
    const { TemplateName, TemplateVariables } = policy.value;
    const path = `/v1/acl/templated-policy/preview/${keyPath(TemplateName)}`;
    const body = TemplateVariables === undefined ? '' : JSON.stringify(TemplateVariables);
    const previewed = fetched(await call.client.post(path, call.query, body), POLICIES.kind);
    if (!previewed.ok) return fail(`Failed to generate the templated policy preview: ${previewed.error}`);
    return showOne(call, POLICIES, previewed.value);
  },
});
