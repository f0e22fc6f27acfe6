// Resolves the escapes of a double-quoted string as Go's strconv.Unquote does. `\x` and octal escapes are bytes.

const NAMED: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['b', 0x08],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
  ['\\', 0x5c],
  ['"', 0x22],
]);
const ESCAPE = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/;

/** The text between the quotes with its escapes resolved; null for a bad escape or a line break. */
export function unquote(content: string): string | null {
  if (content.includes('\n')) return null;
  if (!content.includes('\\')) return content;
  const parts: Buffer[] = [];
  let from = 0;
  for (;;) {
    const backslash = content.indexOf('\\', from);
    if (backslash === -1) break;
    parts.push(Buffer.from(content.slice(from, backslash)));
    const letter = content[backslash + 1] ?? '';
    const named = NAMED.get(letter);
    if (named !== undefined) {
      parts.push(Buffer.of(named));
      from = backslash + 2;
      continue;
    }
    const sequence = ESCAPE.exec(content.slice(backslash + 1, backslash + 10));
    if (sequence === null) return null;
    const [whole, byte, short, long, octal] = sequence;
    if (byte !== undefined) parts.push(Buffer.of(Number.parseInt(byte, 16)));
    else if (octal !== undefined) {
      const value = Number.parseInt(octal, 8);
      if (value > 255) return null;
      parts.push(Buffer.of(value));
    } else {
      const rune = Number.parseInt(short ?? long ?? '', 16);
      if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) return null;
      parts.push(Buffer.from(String.fromCodePoint(rune)));
    }
    from = backslash + 1 + whole.length;
  }
  parts.push(Buffer.from(content.slice(from)));
  return Buffer.concat(parts).toString();
}
