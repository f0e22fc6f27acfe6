// Addresses, URLs and certificates that Go's libraries refuse are refused in their words.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { dialText, lookupText, streamText } from '../../../../src/gotext/network-errors.js';
import { certificateError } from '../../../../src/tls/certificate-error.js';
import { parseAddress } from '../../../../src/workers/checks/dial/go-address.js';
import { tlsText } from '../../../../src/workers/checks/dial/go-errors.js';
import {
  dialAddress,
  hostName,
  parseUrl,
  resolveReference,
  urlText,
} from '../../../../src/workers/checks/http/go-url.js';
import { proxyFor } from '../../../../src/workers/checks/http/http-proxy.js';
import { canonicalName, requestError } from '../../../../src/workers/checks/http/http-request.js';
import { pem } from './probe-targets.js';

const addresses: readonly [text: string, expected: string][] = [
  ['127.0.0.1:80', '127.0.0.1|80'],
  ['[::1]:80', '::1|80'],
  ['host:http', 'host|80'],
  [':53', '|53'],
  ['127.0.0.1', 'address 127.0.0.1: missing port in address'],
  ['[::1]', 'address [::1]: missing port in address'],
  ['::1:80', 'address ::1:80: too many colons in address'],
  ['[::1:80', "address [::1:80: missing ']' in address"],
  ['a:99999', 'address 99999: invalid port'],
  ['a:nope', 'lookup tcp/nope: unknown port'],
];
for (const [text, expected] of addresses) {
  test(`address ${text}`, () => {
    const parsed = parseAddress('tcp', text);
    assert.equal(parsed.ok ? `${parsed.value.host}|${parsed.value.port}` : parsed.error, expected);
  });
}

const urls: readonly [text: string, expected: string][] = [
  ['http://a.test', 'http://a.test'],
  ['HTTP://a.test:80/x?y=1&z#f', 'http://a.test:80/x?y=1&z'],
  ['http://a.test/a b/ü', 'http://a.test/a%20b/%C3%BC'],
  ['http://me:secret@a.test/', 'http://me:***@a.test/'],
  ['127.0.0.1:80/x', 'parse "127.0.0.1:80/x": first path segment in URL cannot contain colon'],
  ['://x', 'parse "://x": missing protocol scheme'],
  ['http://a b/', 'parse "http://a b/": invalid character " " in host name'],
  ['http://a:x/', 'parse "http://a:x/": invalid port ":x" after host'],
  ['http://a/%zz', 'parse "http://a/%zz": invalid URL escape "%zz"'],
  ['http://a/\r\nX: y', 'parse "http://a/\\r\\nX: y": net/url: invalid control character in URL'],
  ['http://[::1/', 'parse "http://[::1/": missing \']\' in host'],
];
for (const [text, expected] of urls) {
  test(`URL ${JSON.stringify(text)}`, () => {
    const parsed = parseUrl(text);
    assert.equal(parsed.ok ? urlText(parsed.url) : parsed.error, expected);
  });
}

test('no URL makes the parser throw, and none that it takes holds a line break or a space', () => {
  const piece = fc.constantFrom('http://', 'a', ':', '/', '@', '[', ']', '%', '?', '#', ' ', '\r', '\n', '8', '.', 'ü');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12, size: 'max' }), (pieces) => {
      const parsed = parseUrl(pieces.join(''));
      if (parsed.ok) assert.doesNotMatch(parsed.url.host + parsed.url.path + parsed.url.query, /[\s\x00-\x1f]/);
    }),
  );
});

test('a reference is resolved as RFC 3986 says', () => {
  const base = parseUrl('http://a/b/c/d?q');
  assert.ok(base.ok);
  const examples: readonly [string, string][] = [
    ['g', 'http://a/b/c/g'],
    ['./g/', 'http://a/b/c/g/'],
    ['/g', 'http://a/g'],
    ['//g', 'http://g'],
    ['?y', 'http://a/b/c/d?y'],
    ['..', 'http://a/b/'],
    ['../../../g', 'http://a/g'],
    ['https://x/y', 'https://x/y'],
  ];
  for (const [text, expected] of examples) {
    const reference = parseUrl(text);
    assert.ok(reference.ok);
    assert.equal(urlText(resolveReference(base.url, reference.url)), expected, text);
  }
});

test('what to dial and the name to verify come from the host', () => {
  const examples: readonly [string, string, string][] = [
    ['http://a', 'a:80', 'a'],
    ['https://a', 'a:443', 'a'],
    ['https://[::1]', '[::1]:443', '::1'],
    ['http://[::1]:81/', '[::1]:81', '::1'],
    ['http://a:/', 'a:80', 'a'],
  ];
  for (const [text, address, name] of examples) {
    const parsed = parseUrl(text);
    assert.ok(parsed.ok);
    assert.deepEqual([dialAddress(parsed.url), hostName(parsed.url)], [address, name]);
  }
});

test('errors of the network in Go words', () => {
  const error = (code: string, syscall?: string): Error =>
    Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
  assert.equal(dialText('tcp', 'a:1', error('EHOSTUNREACH')), 'dial tcp a:1: connect: no route to host');
  assert.equal(dialText('tcp', 'a:1', error('ENETUNREACH')), 'dial tcp a:1: connect: network is unreachable');
  assert.equal(dialText('tcp', 'a:1', error('ETIMEDOUT')), 'dial tcp a:1: i/o timeout');
  assert.equal(lookupText('tcp', 'a', '', error('EAI_AGAIN')), 'dial tcp: lookup a: server misbehaving');
  assert.equal(
    streamText('tcp', 'l', 'r', error('ECONNRESET', 'read')),
    'read tcp l->r: read: connection reset by peer',
  );
  assert.equal(streamText('tcp', 'l', 'r', error('EPIPE', 'write')), 'write tcp l->r: write: broken pipe');
  assert.equal(tlsText(error('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE')), 'remote error: tls: handshake failure');
  assert.equal(tlsText(error('ECONNRESET')), null);
});

test('certificates: validity comes before the name, the name before trust, and the common name never counts', () => {
  const now = new Date('2026-11-23T00:00:00Z');
  const judge = (name: string, host: string, trust = ''): string | null =>
    certificateError(new X509Certificate(pem(name)), host, trust, now);
  const prefix = 'tls: failed to verify certificate: x509: ';
  assert.equal(judge('ip', '127.0.0.1'), null);
  assert.equal(judge('ip', '127.0.0.2'), `${prefix}certificate is valid for 127.0.0.1, not 127.0.0.2`);
  assert.equal(judge('ip', 'a.test'), `${prefix}certificate is not valid for any names, but wanted to match a.test`);
  assert.equal(
    judge('common-name', 'svc.test'),
    `${prefix}certificate relies on legacy Common Name field, use SANs instead`,
  );
  assert.equal(
    judge('expired', 'other', 'CERT_HAS_EXPIRED'),
    `${prefix}certificate has expired or is not yet valid: current time 2026-11-23T00:00:00Z is after 2020-02-01T00:00:00Z`,
  );
  assert.equal(
    judge('named', 'svc.test', 'INVALID_PURPOSE'),
    `${prefix}certificate specifies an incompatible key usage`,
  );
});

test('header names and methods that would end the line are refused', () => {
  assert.equal(canonicalName('x-my-HEADER'), 'X-My-Header');
  assert.equal(requestError('GET', new Map([['X-A', ['1']]])), null);
  assert.equal(requestError('GET /', new Map()), 'net/http: invalid method "GET /"');
  assert.equal(requestError('GET', new Map([['X A', ['1']]])), 'net/http: invalid header field name "X A"');
  assert.equal(
    requestError('GET', new Map([['X-A', ['1\r\nB: 2']]])),
    'net/http: invalid header field value for "X-A"',
  );
});

test('proxies apply but to localhost and what NO_PROXY names', () => {
  const environment = { HTTP_PROXY: 'http://me:pw@proxy:3128', no_proxy: 'a.test,.b.test,10.0.0.0/8,c.test:81' };
  const asked = (text: string): string | null => {
    const parsed = parseUrl(text);
    assert.ok(parsed.ok);
    return proxyFor(parsed.url, environment)?.address ?? null;
  };
  for (const direct of [
    'localhost',
    '127.0.0.1',
    '[::1]:80',
    'a.test',
    'x.a.test',
    'x.b.test',
    '10.1.2.3',
    'c.test:81',
  ]) {
    assert.equal(asked(`http://${direct}/`), null, direct);
  }
  for (const proxied of ['b.test', 'xa.test', '11.0.0.1', 'c.test']) {
    assert.equal(asked(`http://${proxied}/`), 'proxy:3128', proxied);
  }
  assert.equal(asked('https://b.test/'), null, 'another variable is for https');
});
