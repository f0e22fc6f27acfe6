// /v1/acl/templated-policies and templated-policy: the templates, which every agent knows, and what they would become.

import { quoteJson } from '../../../../gotext/json-encode.js';
import { mapOf, record } from '../../../../gotext/json-shape.js';
import { type PolicyTemplate, policyTemplate, policyTemplates } from '../../acl/policies/templates.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { json, refused, text } from '../../http/message/reply.js';
import { action } from '../../http/operation.js';
import { policyJson, policyShape } from '../../json/acl-json.js';
import { previewTemplate } from '../../methods/acl/templated-policies.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import { type AclRows, OFF, rest } from './acl-rows.js';
import { PREVIEW_BODY } from './bodies.js';

const templateShape = record('AclPolicyTemplate', {
  TemplateName: 'string',
  Schema: 'string',
  Template: 'string',
  Description: 'string',
});

function templateJson({ TemplateName, Schema, Template, Description }: PolicyTemplate): string {
  return (
    `{"TemplateName":${quoteJson(TemplateName)},"Schema":${quoteJson(Schema)},` +
    `"Template":${quoteJson(Template)},"Description":${quoteJson(Description)}}`
  );
}

export function templatedPolicyEndpoints(rows: AclRows): EndpointTable {
  // They are no records, so no method is asked for them.
  const read = { acl: ['acl:read'], judges: 'row', off: rows.off, others: OFF } as const;
  const name = rest('name', 'The name of the template.', 'Missing templated policy Name');
  return [
    {
      path: '/v1/acl/templated-policies',
      answeredBy: 'agent',
      methods: {
        GET: action({
          ...read,
          summary: 'The templates of policies, by name',
          answer: mapOf(templateShape),
          run: () =>
            json(
              `{${policyTemplates()
                .map((one) => `${quoteJson(one.TemplateName)}:${templateJson(one)}`)
                .join(',')}}`,
            ),
        }),
      },
    },
    {
      path: '/v1/acl/templated-policy/name/',
      rest: name,
      answeredBy: 'agent',
      methods: {
        GET: action({
          ...read,
          summary: 'A template of policies',
          answer: templateShape,
          run({ rest: asked }) {
            const template = policyTemplate(asked);
            return template === undefined
              ? text(400, `Invalid templated policy Name: ${asked}`)
              : json(templateJson(template));
          },
        }),
      },
    },
    {
      path: '/v1/acl/templated-policy/preview/',
      rest: name,
      answeredBy: 'agent',
      methods: {
        POST: action({
          ...read,
          summary: 'The policy that a template becomes with these variables',
          body: PREVIEW_BODY,
          answer: policyShape,
          run({ rest: asked }, _values, { Name }) {
            const policy = previewTemplate(asked, Name);
            return isRefusal(policy) ? refused(policy) : json(policyJson(policy));
          },
        }),
      },
    },
  ];
}
