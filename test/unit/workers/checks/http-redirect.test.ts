// What of a request goes along when a check follows a redirect: to strangers nothing secret, to plain HTTP no Referer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUrl, urlText } from '../../../../src/workers/checks/http/go-url.js';
import { redirect } from '../../../../src/workers/checks/http/http-redirect.js';
import type { HttpRequest } from '../../../../src/workers/checks/http/http-request.js';

const SECRETS = ['Authorization', 'Cookie', 'Cookie2', 'Www-Authenticate'];

function requestTo(url: string, headers: readonly (readonly [string, readonly string[]])[] = []): HttpRequest {
  const parsed = parseUrl(url);
  assert.ok(parsed.ok);
  return { method: 'GET', url: parsed.url, host: 'named', headers: new Map(headers), body: '', isAbsolute: false };
}

/** The request that follows after `from` was answered by a 302 to `location`. */
function followed(from: HttpRequest, location: string, first = from): HttpRequest {
  const head = { code: 302, status: '302 Found', location, isGzip: false };
  const next = redirect(first, from, head, 1);
  assert.ok(next.kind === 'follow');
  return next.request;
}

test('secrets stay with the host and its subdomains, on any port', () => {
  const headers = [...SECRETS, 'X-Other'].map((name) => [name, ['x']] as const);
  for (const [to, keeps] of [
    ['http://web.example/b', true],
    ['http://WEB.example:81/b', true],
    ['http://a.web.example/b', true],
    ['http://notweb.example/b', false],
    ['http://example/b', false],
    ['http://web.example.other/b', false],
  ] as const) {
    const { headers: carried } = followed(requestTo('http://web.example:80/a', headers), to);
    for (const name of SECRETS) assert.equal(carried.has(name), keeps, `${name} to ${to}`);
    assert.ok(carried.has('X-Other'));
  }
});

test('whether a host is a stranger goes by the first request', () => {
  const first = requestTo('http://web.example/a', [['Cookie', ['x']]]);
  const away = followed(first, 'http://other.example/');
  assert.equal(followed(away, 'http://web.example/b', first).headers.has('Cookie'), true);
});

test('the Referer is the page before, without its user, and never goes from https to http', () => {
  const referer = (from: string, to: string): readonly string[] | undefined =>
    followed(requestTo(from), to).headers.get('Referer');
  assert.deepEqual(referer('http://me:pw@web.example/a', '/b'), ['http://web.example/a']);
  assert.deepEqual(referer('https://web.example/a', 'https://web.example/b'), ['https://web.example/a']);
  assert.deepEqual(referer('http://web.example/a', 'https://web.example/b'), ['http://web.example/a']);
  assert.equal(referer('https://web.example/a', 'http://web.example/b'), undefined);
  const given = requestTo('http://web.example/a', [['Referer', ['given']]]);
  assert.deepEqual(followed(given, '/b').headers.get('Referer'), ['given']);
});

test('the Host of the definition goes along only while redirects stay relative', () => {
  assert.equal(followed(requestTo('http://web.example/a'), '/b').host, 'named');
  assert.equal(followed(requestTo('http://web.example/a'), 'http://web.example/b').host, '');
  assert.equal(followed(requestTo('http://web.example/a'), '//web.example/b').host, '');
  assert.equal(urlText(followed(requestTo('http://web.example/x/a'), 'b?c').url), 'http://web.example/x/b?c');
});
