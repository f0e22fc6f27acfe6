// Go's rules for following a redirect: which method goes on, which headers a stranger must not see, when to stop.

import { quote } from '../../../gotext/quote.js';
import { hostName, parseUrl, resolveReference, urlText } from './go-url.js';
import type { HttpRequest } from './http-request.js';
import type { ResponseHead } from './http-response.js';

const MAX_REQUESTS = 10;
const KEEPS_METHOD = new Set([307, 308]);
const CHANGES_METHOD = new Set([301, 302, 303]);
const SENSITIVE = new Set(['Authorization', 'Www-Authenticate', 'Cookie', 'Cookie2']);

type Redirect =
  | { readonly kind: 'none' }
  | { readonly kind: 'follow'; readonly request: HttpRequest }
  /** `url` as Go's error names it. */
  | { readonly kind: 'refused'; readonly url: string; readonly error: string };

/**
 * What to do after an answer to `request`.
 * @param first The check's own request: its headers and Host are those of the whole chain.
 * @param sent How many requests have been sent.
 */
export function redirect(first: HttpRequest, request: HttpRequest, head: ResponseHead, sent: number): Redirect {
  const keeps = KEEPS_METHOD.has(head.code);
  if (!keeps && !CHANGES_METHOD.has(head.code)) return { kind: 'none' };
  if (head.location === '') return { kind: 'none' };
  const location = parseUrl(head.location);
  if (!location.ok) {
    const error = `failed to parse Location header ${quote(head.location)}: ${location.error}`;
    return { kind: 'refused', url: urlText(request.url), error };
  }
  if (sent >= MAX_REQUESTS) {
    return { kind: 'refused', url: head.location, error: `stopped after ${MAX_REQUESTS} redirects` };
  }
  const url = resolveReference(request.url, location.url);
  const isStranger = !isSameSite(hostName(first.url), hostName(url));
  const headers = new Map([...first.headers].filter(([name]) => !isStranger || !SENSITIVE.has(name)));
  const leavesTls = request.url.scheme === 'https' && url.scheme === 'http';
  if (!leavesTls && !first.headers.has('Referer')) headers.set('Referer', [urlText({ ...request.url, user: null })]);
  const method = keeps || request.method === 'GET' || request.method === 'HEAD' ? request.method : 'GET';
  return {
    kind: 'follow',
    request: {
      method,
      url,
      headers,
      // The definition's Host goes along only while the redirects stay relative.
      host: location.url.scheme === '' && location.url.host === '' ? request.host : '',
      body: keeps ? request.body : '',
      isAbsolute: false,
    },
  };
}

function isSameSite(from: string, to: string): boolean {
  const [initial, target] = [from.toLowerCase(), to.toLowerCase()];
  return initial === target || target.endsWith(`.${initial}`);
}
