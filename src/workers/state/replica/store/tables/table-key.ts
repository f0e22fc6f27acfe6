// Keys of the ordered tables as text whose plain string order is the bytewise order of the UTF-8 names (spec/fsm.md,
// section 4). A KV key is any bytes, and a prefix may end within a character: beyond ASCII its table key has one character
// a byte. Names are compared by UTF-16 units, which differs from their bytes only for surrogates against U+E000 and above:
// these units are moved so that the order comes out right. Keys of several parts are joined by U+0000, which parts escape.

import { readText, textBytes } from '../../../../../msgpack/text.js';

/** Between the parts of a key; sorts before everything a part can hold. */
export const SEPARATOR = '\u0000';
/** Sorts after every key that begins with the same parts: units above U+FFFD are never the first of a moved one. */
const AFTER_SEPARATOR = '\u0001';

const NEEDS_MOVE = /[\ud800-\uffff]/;
const BEYOND_ASCII = /[^\u0000-\u007f]/;
const NEEDS_ESCAPE = /[\u0000\u0001]/;
/** No capital, nothing to move or to escape: such a name is its own key. */
const IS_KEY = /^[\u0002-@[-\u007f]*$/;

function moveUnits(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0xd800) out += text[i];
    else out += String.fromCharCode(unit < 0xe000 ? unit + 0x2000 : unit - 0x800);
  }
  return out;
}

function escapeUnits(text: string): string {
  return text.replace(/[\u0000\u0001]/g, (unit) => (unit === '\u0000' ? '\u0001\u0001' : '\u0001\u0002'));
}

/** The key of a KV entry: case is kept. */
export function kvTableKey(key: string): string {
  return BEYOND_ASCII.test(key) ? textBytes(key).toString('latin1') : key;
}

/** The key behind a table key of the KV entries, or behind a part of one. */
export function kvKeyOf(tableKey: string): string {
  if (!BEYOND_ASCII.test(tableKey)) return tableKey;
  const bytes = Buffer.from(tableKey, 'latin1');
  return readText(bytes, 0, bytes.length);
}

/** A name (node, service, check, session) as a part of a key: without regard to case. */
export function keyPart(name: string): string {
  // One look at what nearly every name is.
  if (IS_KEY.test(name)) return name;
  const part = name.toLowerCase();
  const moved = NEEDS_MOVE.test(part) ? moveUnits(part) : part;
  return NEEDS_ESCAPE.test(moved) ? escapeUnits(moved) : moved;
}

export function joinKey(first: string, second: string): string {
  return `${first}${SEPARATOR}${second}`;
}

/** The key of a config entry: names compare without regard to case. */
export function configEntryKey(kind: string, name: string): string {
  return joinKey(kind, keyPart(name));
}

/** The least key above all keys whose first part is `part`. */
export function endOfPart(part: string): string {
  return part + AFTER_SEPARATOR;
}
