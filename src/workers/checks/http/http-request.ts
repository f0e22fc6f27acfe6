// The request a check sends, byte for byte in Go's order: Host, User-Agent, Content-Length, the other headers by name,
// Accept-Encoding, Connection (recorded in check-outputs.json, `requests`).

import { quote } from '../../../gotext/quote.js';
import { compareUtf8 } from '../../../gotext/utf8-order.js';
import { NO_HEADERS } from '../../../wire/checks/packed-tasks.js';
import { type GoUrl, requestTarget } from './go-url.js';

/** Header lines by canonical name. */
type Headers = ReadonlyMap<string, readonly string[]>;

export interface HttpRequest {
  readonly method: string;
  readonly url: GoUrl;
  /** What the Host header says when it isn't the URL's host; '' otherwise. */
  readonly host: string;
  readonly headers: Headers;
  readonly body: string;
  /** A proxy is asked: the request line carries the whole URL. */
  readonly isAbsolute: boolean;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const BAD_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/;
/** Set by the transport, whatever the definition says. */
const FRAMING = new Set(['Host', 'User-Agent', 'Content-Length', 'Transfer-Encoding', 'Trailer', 'Connection']);
/** Of a check that names none. */
const DEFAULT_HEADERS: Headers = new Map([
  ['User-Agent', ['Consul Health Check']],
  ['Accept', ['text/plain, text/*, */*']],
]);
const WITH_EMPTY_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** `content-type` → `Content-Type`; a name with other than header characters stays as it is. */
export function canonicalName(name: string): string {
  if (!TOKEN.test(name)) return name;
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (match) => match.toUpperCase());
}

/** The definition's headers under canonical names, with the defaults of checks added. */
export function checkHeaders(given: { readonly [name: string]: readonly string[] }): Headers {
  if (given === NO_HEADERS) return DEFAULT_HEADERS;
  const headers = new Map<string, readonly string[]>();
  for (const [name, values] of Object.entries(given)) headers.set(canonicalName(name), values);
  for (const [name, values] of DEFAULT_HEADERS) if (!headers.has(name)) headers.set(name, values);
  return headers;
}

/** What Go's client refuses to send, null when all is well. Nothing of a definition may smuggle in a second request. */
export function requestError(method: string, headers: Headers): string | null {
  if (!TOKEN.test(method)) return `net/http: invalid method ${quote(method)}`;
  if (headers === DEFAULT_HEADERS) return null;
  for (const [name, values] of headers) {
    if (!TOKEN.test(name)) return `net/http: invalid header field name ${quote(name)}`;
    if (values.some((value) => BAD_VALUE.test(value))) return `net/http: invalid header field value for ${quote(name)}`;
  }
  return null;
}

/** Whether the answer's body may come as gzip, to be decoded before it's shown. */
export function asksForGzip({ method, headers }: Pick<HttpRequest, 'method' | 'headers'>): boolean {
  return method !== 'HEAD' && !headers.has('Accept-Encoding') && !headers.has('Range');
}

/** The bytes of the request, its body included. */
export function requestText(request: HttpRequest): string {
  const { method, url, headers, body } = request;
  const target = requestTarget(url);
  const host = request.host === '' ? url.host : request.host;
  let text = `${method} ${request.isAbsolute ? `${url.scheme}://${url.host}${target}` : target} HTTP/1.1\r\nHost: ${host}\r\n`;
  const agent = headers.get('User-Agent')?.[0] ?? '';
  if (agent !== '') text += `User-Agent: ${agent}\r\n`;
  if (body !== '' || WITH_EMPTY_BODY.has(method)) text += `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  if (url.user !== null && !headers.has('Authorization')) {
    const credentials = `${url.user.name}:${url.user.password ?? ''}`;
    text += `Authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n`;
  }
  for (const name of [...headers.keys()].sort(compareUtf8)) {
    if (FRAMING.has(name)) continue;
    for (const value of headers.get(name) ?? []) text += `${name}: ${value.trim()}\r\n`;
  }
  if (asksForGzip(request)) text += 'Accept-Encoding: gzip\r\n';
  return `${text}Connection: close\r\n\r\n${body}`;
}
