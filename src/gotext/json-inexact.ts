// Whether a JSON text has to be read exactly: one look at each character. Every body is asked, and the regular expression that says the
// same (json-inexact.test.ts) took four times as long, a fiftieth of what a registration costs.

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BLANK = 0x20;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
/** Turns a letter into a small one. */
const SMALL = 0x20;
const SMALL_A = 0x61;
const SMALL_D = 0x64;
const SMALL_E = 0x65;
const SMALL_F = 0x66;
const SMALL_U = 0x75;
const EIGHT = 0x38;

/** As many digits may not survive a double. */
const MANY_DIGITS = 16;

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

function isBlank(code: number): boolean {
  return code === BLANK || code === NEWLINE || code === RETURN || code === TAB;
}

/**
 * True where sixteen digits stand in a row, where a number seems to begin that has a fraction or an exponent, and behind an escape that
 * may be half of a character. Text in quotes may look like it.
 */
export function isInexactAsWritten(text: string): boolean {
  const { length } = text;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) {
      if (isSurrogate(text, at)) return true;
    } else if (isDigit(code)) {
      const begins = at;
      do at += 1;
      while (at < length && isDigit(text.charCodeAt(at)));
      if (at - begins >= MANY_DIGITS) return true;
      if (at === length) return false;
      const next = text.charCodeAt(at);
      if ((next === DOT || (next | SMALL) === SMALL_E) && isValue(text, begins)) return true;
      // It may begin an escape.
      at -= 1;
    }
  }
  return false;
}

function isSurrogate(text: string, at: number): boolean {
  if (text.charCodeAt(at + 1) !== SMALL_U || (text.charCodeAt(at + 2) | SMALL) !== SMALL_D) return false;
  const third = text.charCodeAt(at + 3);
  const letter = third | SMALL;
  return third === EIGHT || third === NINE || (letter >= SMALL_A && letter <= SMALL_F);
}

/** Whether the digits that begin there stand where a value does. */
function isValue(text: string, begins: number): boolean {
  let before = begins - 1;
  if (text.charCodeAt(before) === MINUS) before -= 1;
  while (before >= 0 && isBlank(text.charCodeAt(before))) before -= 1;
  if (before < 0) return true;
  const code = text.charCodeAt(before);
  return code === COLON || code === COMMA || code === OPENING_BRACKET;
}
