// Go strings are bytes. Here a string field is a JavaScript string: valid UTF-8 as itself, and every byte 80 … FF
// that is not part of valid UTF-8 as the lone surrogate U+DC00 + byte (Python's "surrogateescape"). Bytes → string →
// bytes gives the same bytes back, so a KV key that a stock server wrote with arbitrary bytes survives. A lone
// surrogate that is no such escape (it can only come from a \u escape in JSON) is written as U+FFFD, as Go does.

const ESCAPE = 0xdc00;
const LONE_ESCAPE = /(?<![\ud800-\udbff])[\udc80-\udcff]/;

/** Length of the valid UTF-8 sequence at `at`, 0 when there is none (overlong, surrogate, too high, cut). */
function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  let length = 0;
  let low = 0x80;
  let high = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) length = 2;
  else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    if (lead === 0xe0) low = 0xa0;
    if (lead === 0xed) high = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    if (lead === 0xf0) low = 0x90;
    if (lead === 0xf4) high = 0x8f;
  } else return 0;
  if (at + length > end) return 0;
  for (let i = 1; i < length; i += 1) {
    const byte = bytes[at + i] ?? 0;
    if (byte < low || byte > high) return 0;
    low = 0x80;
    high = 0xbf;
  }
  return length;
}

/** Names and IDs are looked at byte by byte, which takes less time than to decode them and then to look for what was no UTF-8. */
const SHORT_BYTES = 40;

function isShortAscii(bytes: Buffer, start: number, end: number): boolean {
  if (end - start > SHORT_BYTES) return false;
  for (let at = start; at < end; at += 1) if ((bytes[at] ?? 0) >= 0x80) return false;
  return true;
}

/** Text of `bytes[start … end)`. */
export function readText(bytes: Buffer, start: number, end: number): string {
  if (isShortAscii(bytes, start, end)) return bytes.toString('latin1', start, end);
  const text = bytes.toString('utf8', start, end);
  if (!text.includes('\ufffd')) return text;
  let result = '';
  let valid = start;
  let at = start;
  while (at < end) {
    const length = sequenceLength(bytes, at, end);
    if (length > 0) {
      at += length;
      continue;
    }
    result += bytes.toString('utf8', valid, at) + String.fromCharCode(ESCAPE + (bytes[at] ?? 0));
    at += 1;
    valid = at;
  }
  return result + bytes.toString('utf8', valid, end);
}

/** Writes `text` at `at`, where there must be room for three bytes a UTF-16 unit. Answers how many bytes it took. */
export function writeText(bytes: Buffer, text: string, at: number): number {
  const written = bytes.write(text, at, text.length * 3, 'utf8');
  // As many bytes as units means all ASCII; only then is the search for escapes saved.
  if (written === text.length || !LONE_ESCAPE.test(text)) return written;
  let end = at;
  let plain = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    const isPaired = i > plain && text.charCodeAt(i - 1) >= 0xd800 && text.charCodeAt(i - 1) < 0xdc00;
    if (unit < 0xdc80 || unit > 0xdcff || isPaired) continue;
    end += bytes.write(text.slice(plain, i), end, (i - plain) * 3, 'utf8');
    bytes[end] = unit - ESCAPE;
    end += 1;
    plain = i + 1;
  }
  end += bytes.write(text.slice(plain), end, (text.length - plain) * 3, 'utf8');
  return end - at;
}

/** The bytes of a text. */
export function textBytes(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(3 * text.length);
  return bytes.subarray(0, writeText(bytes, text, 0));
}
