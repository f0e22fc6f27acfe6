// Templates of policies as the commands show them.

import type { Template } from './records.js';
import { line } from './text.js';

const WIDTH = 16;

/** The names of the variables that it takes, by its JSON schema. */
function variablesOf({ Schema }: Template): readonly string[] {
  if (Schema === '') return [];
  try {
    const { properties } = JSON.parse(Schema) as { readonly properties?: { readonly [name: string]: unknown } };
    return Object.keys(properties ?? {});
  } catch {
    return [];
  }
}

export function templateLines(template: Template): readonly string[] {
  const { TemplateName, Description, Template: rules } = template;
  const variables = variablesOf(template);
  const example = variables.map((name) => ` -var ${name}:VALUE`).join('');
  return [
    line('Name', TemplateName, WIDTH),
    line('Description', Description, WIDTH),
    'Input variables:',
    ...(variables.length === 0 ? ['\tNone'] : variables.map((name) => `\t${name}: String - Required`)),
    'Example usage:',
    `\tlictor acl token create -templated-policy ${TemplateName}${example}`,
    'Raw Template:',
    ...rules
      .trim()
      .split('\n')
      .map((text) => `\t${text}`),
  ];
}
