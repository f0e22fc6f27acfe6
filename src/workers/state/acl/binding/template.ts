// Names with `${…}` in them, as binding rules have them: what stands between is a variable of the identity that logs in. `$${`
// is `${` itself. The mistakes have the texts that operators know from HIL, the language that these templates are written in.

import { quote } from '../../../../gotext/quote.js';

export type Interpolated =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly error: string };

const NAME = /[A-Za-z_][\w.*-]*/y;
const SPACE = /[ \t\r\n]*/y;

/** `lookUp`: undefined for a variable that there isn't. */
export function interpolate(template: string, lookUp: (name: string) => string | undefined): Interpolated {
  let text = '';
  let at = 0;
  for (;;) {
    const open = template.indexOf('${', at);
    if (open === -1) return { ok: true, text: text + template.slice(at) };
    if (template[open - 1] === '$' && open > at) {
      text += `${template.slice(at, open - 1)}\${`;
      at = open + 2;
      continue;
    }
    text += template.slice(at, open);
    const start = skipSpace(template, open + 2);
    NAME.lastIndex = start;
    const name = NAME.exec(template)?.[0];
    if (name === undefined) return refuse(template, start, `expected expression but found ${found(template, start)}`);
    const end = skipSpace(template, start + name.length);
    if (template[end] !== '}') return refuse(template, end, `expected "}" but found ${found(template, end)}`);
    const value = lookUp(name);
    if (value === undefined) {
      return { ok: false, error: `${position(template, start)}: unknown variable accessed: ${name}` };
    }
    text += value;
    at = end + 1;
  }
}

function skipSpace(template: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.exec(template);
  return SPACE.lastIndex;
}

function found(template: string, at: number): string {
  const character = String.fromCodePoint(template.codePointAt(at) ?? 0);
  return at >= template.length ? 'end of string' : quote(character);
}

function position(template: string, at: number): string {
  const lines = template.slice(0, at).split('\n');
  return `${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
}

function refuse(template: string, at: number, problem: string): Interpolated {
  return { ok: false, error: `parse error at ${position(template, at)}: ${problem}` };
}
