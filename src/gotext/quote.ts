// Go's quoting of text (strconv.Quote, %q), as it stands in the error texts that users see.

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;
const NAMED: ReadonlyMap<number, string> = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x0c, '\\f'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
  [0x0b, '\\v'],
  [0x5c, '\\\\'],
]);

function escapeRune(rune: number, quote: number): string {
  if (rune === quote) return `\\${String.fromCharCode(quote)}`;
  const named = NAMED.get(rune);
  if (named !== undefined) return named;
  if (rune >= 0x20 && rune < 0x7f) return String.fromCharCode(rune);
  if (rune >= 0xd800 && rune <= 0xdfff) return '\\ufffd';
  if (rune < 0x80) return `\\x${rune.toString(16).padStart(2, '0')}`;
  const text = String.fromCodePoint(rune);
  if (PRINTABLE.test(text)) return text;
  return rune < 0x10000 ? `\\u${rune.toString(16).padStart(4, '0')}` : `\\U${rune.toString(16).padStart(8, '0')}`;
}

/** `text` in double quotes, as Go's %q writes it. */
export function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  let out = '"';
  for (const character of text) out += escapeRune(character.codePointAt(0) ?? 0, 0x22);
  return `${out}"`;
}

/** One character in single quotes, as encoding/json names the character it stumbled over. What is none is U+FFFD. */
export function quoteCharacter(rune: number): string {
  if (rune < 0 || rune > 0x10ffff) return "'\ufffd'";
  return rune === 0x22 ? "'\"'" : `'${escapeRune(rune, 0x27)}'`;
}
