// The request target: path and query apart, percent-decoding, the characters a path may hold, and its clean form
// (spec/http.md, section 1, steps 2 and 3). Most targets need none of it, so that is found out first. Bytes that are no
// UTF-8 stay what they are (wasm/text.ts): a KV key is any bytes.

import { readText, textBytes } from '../../../../msgpack/text.js';

const PERCENT = 0x25;
const DOT = 0x2e;
const SLASH = 0x2f;
/** What Go calls not printable; blanks other than U+0020 belong to it, a broken byte (a surrogate here) doesn't. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Zl}\p{Zp}]|[^\P{Zs} ]/u;
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

export type PathOutcome =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'unprintable' }
  | { readonly kind: 'redirect'; readonly path: string };

/** Escapes, `//`, dot segments, or anything outside printable ASCII. Each request is asked: a loop is quicker than a RegExp. */
export function needsWork(rawPath: string): boolean {
  let before = 0;
  for (let at = 0; at < rawPath.length; at++) {
    const code = rawPath.charCodeAt(at);
    if (code < 0x20 || code > 0x7e || code === PERCENT) return true;
    if (before === SLASH && (code === SLASH || code === DOT)) return true;
    before = code;
  }
  return false;
}

/** Judges a path that {@link needsWork}. */
export function judgePath(rawPath: string, allowUnprintable: boolean): PathOutcome {
  const path = percentDecode(rawPath);
  if (path === null) return { kind: 'malformed' };
  if (!allowUnprintable && UNPRINTABLE.test(path)) return { kind: 'unprintable' };
  const clean = cleanPath(path);
  if (clean !== path) return { kind: 'redirect', path: clean };
  return { kind: 'path', path };
}

/** Bytes behind percent escapes as text; `text` has one character per byte. Null when an escape is malformed. */
export function percentDecode(text: string): string | null {
  if (!text.includes('%') && !/[\x80-\xff]/.test(text)) return text;
  if (BAD_ESCAPE.test(text)) return null;
  const bytes = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === PERCENT) {
      bytes[length++] = Number.parseInt(text.slice(at + 1, at + 3), 16);
      at += 2;
    } else {
      bytes[length++] = code;
    }
  }
  return readText(bytes, 0, length);
}

/** Without empty, `.` and `..` segments; a slash at the end stays. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  const clean = `/${parts.join('/')}`;
  return clean !== '/' && path.endsWith('/') ? `${clean}/` : clean;
}

/** A path as Go writes it into a Location. */
export function encodePath(path: string): string {
  let out = '';
  for (const byte of textBytes(path)) {
    const char = String.fromCharCode(byte);
    out += /[A-Za-z0-9\-_.~$&+,/:;=@]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

/** Of "http://host:1/a?b" the "/a?b"; null when it is neither a path, an http URL nor "*". */
export function originForm(target: string): string | null {
  if (target.charCodeAt(0) === 0x2f) return target;
  if (target === '*') return target;
  const match = /^https?:\/\/[^/?#]*(.*)$/i.exec(target);
  if (match === null) return null;
  const rest = match[1] ?? '';
  return rest.startsWith('/') ? rest : `/${rest}`;
}
