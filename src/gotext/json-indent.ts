// Re-indents compact JSON text without reading it as values, as Go's json.Indent does: `?pretty` and -dev answers.

const MAX_CACHED_DEPTH = 64;

/** The index just behind the string that opens at `at`. */
function endOfString(text: string, at: number): number {
  let end = at;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end === -1) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
}

/**
 * `compact` (valid JSON without white space between its parts) with each element on its own line. Empty lists and
 * objects stay `[]` and `{}`. No newline at the end.
 */
export function indentJson(compact: string, indent = '    '): string {
  const breaks: string[] = [];
  const lineBreak = (depth: number): string => {
    if (depth >= MAX_CACHED_DEPTH) return `\n${indent.repeat(depth)}`;
    breaks[depth] ??= `\n${indent.repeat(depth)}`;
    return breaks[depth];
  };
  let out = '';
  let depth = 0;
  let from = 0;
  let at = 0;
  while (at < compact.length) {
    const code = compact.charCodeAt(at);
    if (code === 0x22) {
      at = endOfString(compact, at);
    } else if (code === 0x7b || code === 0x5b) {
      const next = compact.charCodeAt(at + 1);
      if (next === 0x7d || next === 0x5d) {
        at += 2;
        continue;
      }
      depth++;
      out += compact.slice(from, ++at) + lineBreak(depth);
      from = at;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
      out += compact.slice(from, at) + lineBreak(depth);
      from = at++;
    } else if (code === 0x2c) {
      out += compact.slice(from, ++at) + lineBreak(depth);
      from = at;
    } else if (code === 0x3a) {
      out += `${compact.slice(from, ++at)} `;
      from = at;
    } else at++;
  }
  return out + compact.slice(from);
}
