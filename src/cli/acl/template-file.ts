// Templated policies in a file.

import { quote } from '../../gotext/quote.js';
import { parseHcl } from '../../hcl/parse.js';
import { readInput } from '../command/input.js';
import type { Parsed } from '../http/client.js';
import type { TemplatedPolicy } from './template-input.js';

/**
 * A file of HCL or JSON: for each template, by name, its variables once or in a list,
 * `TemplatedPolicy "builtin/service" { Name = "api", Datacenters = ["dc1"] }`. The outer word may be left out.
 */
export async function readTemplateFile(file: string): Promise<Parsed<readonly TemplatedPolicy[]>> {
  const input = await readInput(`@${file}`);
  if (!input.ok) return { ok: false, error: `Failed to load templated policy file: ${input.error}` };
  const parsed = parseHcl(input.data.toString('utf8'));
  const failed = (why: string): Parsed<never> => ({ ok: false, error: `Failed to read templated policy file: ${why}` });
  if (!parsed.ok) return failed(parsed.error);
  const found: TemplatedPolicy[] = [];
  for (const [name, value] of objects(parsed.value).flatMap((object) => Object.entries(object))) {
    const templates =
      name.toLowerCase() === 'templatedpolicy' ? objects(value).flatMap((one) => Object.entries(one)) : null;
    for (const [template, given] of templates ?? [[name, value]]) {
      for (const fields of objects(given)) {
        const policy = inFile(template, fields);
        if (!policy.ok) return failed(policy.error);
        found.push(policy.value);
      }
    }
  }
  return found.length > 0 ? { ok: true, value: found } : failed('there is no templated policy in it');
}

type Fields = { readonly [field: string]: unknown };

/** A block is a list of objects. */
function objects(value: unknown): readonly Fields[] {
  const all = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return all.filter((one): one is Fields => typeof one === 'object' && one !== null && !Array.isArray(one));
}

function inFile(TemplateName: string, fields: Fields): Parsed<TemplatedPolicy> {
  let policy: TemplatedPolicy = { TemplateName };
  for (const [field, value] of Object.entries(fields)) {
    if (field.toLowerCase() === 'name' && typeof value === 'string') {
      policy = { ...policy, TemplateVariables: { Name: value } };
    } else if (field.toLowerCase() === 'datacenters' && isTexts(value)) {
      policy = { ...policy, Datacenters: value };
    } else {
      return { ok: false, error: `${TemplateName}: ${quote(field)} is none of its fields, or of another type` };
    }
  }
  return { ok: true, value: policy };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
