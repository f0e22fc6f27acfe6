// Standard base64 with padding as Go's encoding/base64 reads it, with its error texts: line breaks count for nothing, and an
// error names the place of what doesn't fit.

export type Base64 = { readonly ok: true; readonly value: Uint8Array } | { readonly ok: false; readonly error: string };

const ALPHABET = /^[A-Za-z0-9+/]$/;
const LINE_BREAK = /^[\r\n]$/;
const QUANTUM = 4;
const PADDING = '=';

function corrupt(at: number): Base64 {
  return { ok: false, error: `illegal base64 data at input byte ${at}` };
}

function afterLineBreaks(text: string, from: number): number {
  let at = from;
  while (at < text.length && LINE_BREAK.test(text.charAt(at))) at += 1;
  return at;
}

export function decodeBase64(source: string): Base64 {
  // A character for each byte: places are counted in bytes.
  const text = Buffer.from(source).toString('latin1');
  let digits = '';
  let at = 0;
  for (; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (LINE_BREAK.test(character)) continue;
    if (character === PADDING) break;
    if (!ALPHABET.test(character)) return corrupt(at);
    digits += character;
  }
  const inQuantum = digits.length % QUANTUM;
  if (at === text.length) {
    // An unfinished quantum is refused where it begins, as far as digits count.
    if (inQuantum !== 0) return corrupt(at - inQuantum);
  } else {
    if (inQuantum < 2) return corrupt(at);
    at = afterLineBreaks(text, at + 1);
    if (inQuantum === 2) {
      if (at === text.length) return corrupt(at);
      if (text.charAt(at) !== PADDING) return corrupt(at - 1);
      at = afterLineBreaks(text, at + 1);
    }
    if (at < text.length) return corrupt(at);
  }
  return { ok: true, value: new Uint8Array(Buffer.from(digits, 'base64')) };
}
