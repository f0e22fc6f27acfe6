// Address templates: text with `{{ pipeline }}` parts, as go-sockaddr has them (spec/agent.md, "Address templates"). A
// pipeline starts with a source, goes through filters and ends in text.

import { allInterfaces } from './interfaces.js';
import type { PipeValue } from './pipeline.js';
import { runCall } from './pipeline.js';
import { TemplateError } from './template-error.js';

export type Rendered = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string };

/** Texts without `{{` are returned as they are. */
export function renderTemplate(template: string): Rendered {
  if (!template.includes('{{')) return { ok: true, text: template };
  try {
    const text = template.replaceAll(/\{\{(.*?)\}\}/gs, (_, inner: string) => evaluate(inner.trim()));
    if (text.includes('{{')) throw new TemplateError('unclosed action');
    return { ok: true, text: text.trim() };
  } catch (error) {
    if (error instanceof TemplateError) return { ok: false, error: error.message };
    throw error;
  }
}

const WORD = /\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`|([^\s"`|]+))/y;

function evaluate(pipeline: string): string {
  const interfaces = allInterfaces();
  let value: PipeValue = [];
  for (const [at, call] of splitCalls(pipeline).entries()) {
    const [name = '', ...args] = call;
    value = runCall(name, args, at === 0 ? null : value, interfaces);
  }
  return typeof value === 'string' ? value : value.map(({ address }) => address).join(' ');
}

function splitCalls(pipeline: string): string[][] {
  const calls: string[][] = [[]];
  let at = 0;
  for (;;) {
    while (/\s/.test(pipeline[at] ?? '')) at += 1;
    if (at >= pipeline.length) return calls;
    if (pipeline[at] === '|') {
      calls.push([]);
      at += 1;
      continue;
    }
    WORD.lastIndex = at;
    const found = WORD.exec(pipeline);
    if (found === null) throw new TemplateError(`unexpected ${JSON.stringify(pipeline[at])} in address template`);
    const [all, quoted, raw, plain] = found;
    calls.at(-1)?.push(quoted?.replaceAll(/\\(.)/g, '$1') ?? raw ?? plain ?? '');
    at += all.length;
  }
}
