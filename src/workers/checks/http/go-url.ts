// A check's URL read as Go's net/url reads it: nothing is normalised, what was written is what is requested, and what
// can't be read is refused in Go's words.

import { quote } from '../../../gotext/quote.js';

export interface GoUrl {
  /** Lower case: `http`, `https`, or what else was written. '' for a relative reference. */
  readonly scheme: string;
  /** Decoded, null when absent. */
  readonly user: { readonly name: string; readonly password: string | null } | null;
  /** Host with port as written; '' in a relative reference without authority. */
  readonly host: string;
  /** Path as sent: never empty for http, percent-encoded where the text wasn't. */
  readonly path: string;
  /** With its `?`, '' when absent. */
  readonly query: string;
}

type ParsedUrl = { readonly ok: true; readonly url: GoUrl } | { readonly ok: false; readonly error: string };

const CONTROL = /[\x00-\x1f\x7f]/;
const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})/;
const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]*):/;
const BAD_HOST_CHARACTER = /[\x00-\x20"<>\\^`{|}/?#@]/;
const NEEDS_ENCODING = /[^\x21-\x7e]|["<>\\^`{|}]/gu;

function encodePath(path: string): string {
  return path.replace(NEEDS_ENCODING, (character) =>
    [...Buffer.from(character, 'utf8')].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function badEscape(text: string): string | null {
  const at = text.search(BAD_ESCAPE);
  return at === -1 ? null : `invalid URL escape ${quote(text.slice(at, at + 3))}`;
}

interface Authority {
  readonly user: GoUrl['user'];
  readonly host: string;
}

function parseAuthority(text: string): Authority | string {
  const at = text.lastIndexOf('@');
  const host = text.slice(at + 1);
  const bad = BAD_HOST_CHARACTER.exec(host);
  if (bad !== null) return `invalid character ${quote(bad[0])} in host name`;
  const wrong = badEscape(host);
  if (wrong !== null) return wrong;
  const bracket = host.startsWith('[') ? host.indexOf(']') : -1;
  if (host.startsWith('[') && bracket === -1) return "missing ']' in host";
  const colon = bracket === -1 ? host.lastIndexOf(':') : bracket + 1;
  const port = colon === -1 ? '' : host.slice(colon);
  if (!/^(?::\d*)?$/.test(port)) return `invalid port ${quote(port)} after host`;
  if (at === -1) return { user: null, host };
  const information = text.slice(0, at);
  if (/[^a-zA-Z0-9\-._~!$&'()*+,;=:%@]/.test(information)) return 'net/url: invalid userinfo';
  const separator = information.indexOf(':');
  if (separator === -1) return { user: { name: decode(information), password: null }, host };
  const name = decode(information.slice(0, separator));
  return { user: { name, password: decode(information.slice(separator + 1)) }, host };
}

function parts(text: string): GoUrl | string {
  const hash = text.indexOf('#');
  let rest = hash === -1 ? text : text.slice(0, hash);
  if (CONTROL.test(rest)) return 'net/url: invalid control character in URL';
  if (rest.startsWith(':')) return 'missing protocol scheme';
  const scheme = SCHEME.exec(rest)?.[1] ?? '';
  if (scheme !== '') rest = rest.slice(scheme.length + 1);
  const question = rest.indexOf('?');
  const query = question === -1 ? '' : rest.slice(question).replaceAll(' ', '%20');
  if (question !== -1) rest = rest.slice(0, question);
  if (scheme === '' && !rest.startsWith('/')) {
    const segment = rest.split('/', 1)[0] ?? '';
    if (segment.includes(':')) return 'first path segment in URL cannot contain colon';
  }
  let authority: Authority = { user: null, host: '' };
  if (rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2);
    const parsed = parseAuthority(slash === -1 ? rest.slice(2) : rest.slice(2, slash));
    if (typeof parsed === 'string') return parsed;
    authority = parsed;
    rest = slash === -1 ? '' : rest.slice(slash);
  }
  const wrong = badEscape(rest);
  if (wrong !== null) return wrong;
  return { scheme: scheme.toLowerCase(), ...authority, path: encodePath(rest), query };
}

/** Parses an absolute URL or a reference. The error is Go's, with `parse "…": ` in front. */
export function parseUrl(text: string): ParsedUrl {
  const parsed = parts(text);
  if (typeof parsed === 'string') return { ok: false, error: `parse ${quote(text)}: ${parsed}` };
  return { ok: true, url: parsed };
}

/** The URL that `reference` (a Location header) means, seen from `base`: RFC 3986 section 5.2. */
export function resolveReference(base: GoUrl, reference: GoUrl): GoUrl {
  if (reference.scheme !== '') return reference;
  if (reference.host !== '') return { ...reference, scheme: base.scheme };
  const { scheme, user, host } = base;
  if (reference.path === '') {
    return { scheme, user, host, path: base.path, query: reference.query === '' ? base.query : reference.query };
  }
  const path = reference.path.startsWith('/')
    ? reference.path
    : base.path.slice(0, base.path.lastIndexOf('/') + 1) + reference.path;
  return { scheme, user, host, path: removeDots(path), query: reference.query };
}

function removeDots(path: string): string {
  const out: string[] = [];
  const segments = path.split('/');
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '..') out.pop();
    else if (segment !== '.') out.push(segment);
    if (isLast && (segment === '.' || segment === '..')) out.push('');
  }
  const joined = out.join('/');
  return joined.startsWith('/') ? joined : `/${joined}`;
}

/** The URL as text; a password is masked, as Go's errors do. */
export function urlText(url: GoUrl): string {
  const authority = url.host === '' && url.scheme === '' ? '' : `//${userText(url)}${url.host}`;
  return `${url.scheme === '' ? '' : `${url.scheme}:`}${authority}${url.path}${url.query}`;
}

function userText({ user }: GoUrl): string {
  if (user === null) return '';
  const name = encodeURIComponent(user.name);
  return user.password === null ? `${name}@` : `${name}:***@`;
}

/** Path and query as they stand in the request line. */
export function requestTarget(url: GoUrl): string {
  return (url.path === '' ? '/' : url.path) + url.query;
}

/** `host:port` to dial. */
export function dialAddress(url: GoUrl): string {
  const hasPort = /:\d+$/.test(url.host) && !url.host.endsWith(']');
  if (hasPort) return url.host;
  const host = url.host.endsWith(':') ? url.host.slice(0, -1) : url.host;
  return `${host}:${url.scheme === 'https' ? 443 : 80}`;
}

/** The host without port and brackets. */
export function hostName(url: GoUrl): string {
  const host = url.host.replace(/:\d*$/, '');
  return host.startsWith('[') ? host.slice(1, -1) : host;
}
