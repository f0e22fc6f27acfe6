// Where the agent is, and as whom it is asked: flags and variables in the order in which Consul's client library takes them.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { Options } from '../../../src/cli/command/command.js';
import { endpointUrl, findEndpoint } from '../../../src/cli/http/endpoint.js';
import { temporaryDirectory, writeFiles } from '../../temporary.js';

type Texts = { readonly [name: string]: string };

function found(environment: Texts, flags: Texts = {}) {
  return findEndpoint(new Options(new Map(Object.entries(flags)), []), environment);
}

function endpoint(environment: Texts, flags: Texts = {}) {
  const outcome = found(environment, flags);
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error);
  return outcome.endpoint;
}

test('an address may have a scheme, a path in front of the agent’s own, or be a socket', () => {
  const at = (CONSUL_HTTP_ADDR: string, more: Texts = {}) => {
    const one = endpoint({ CONSUL_HTTP_ADDR, ...more });
    return `${endpointUrl(one)}${one.pathPrefix}`;
  };
  assert.equal(at(''), 'http://127.0.0.1:8500');
  assert.equal(at('consul.example'), 'http://consul.example');
  assert.equal(at('[::1]:8500'), 'http://[::1]:8500');
  assert.equal(at('https://consul.example'), 'https://consul.example');
  assert.equal(at('http://proxy.example:80/consul/'), 'http://proxy.example/consul');
  assert.equal(at('consul.example:8501', { CONSUL_HTTP_SSL: 'true' }), 'https://consul.example:8501');
  assert.equal(at('http://consul.example:8501', { CONSUL_HTTP_SSL: '1' }), 'https://consul.example:8501');
  assert.equal(endpoint({ CONSUL_HTTP_ADDR: 'unix:///run/consul.sock' }).socketPath, '/run/consul.sock');
  for (const [address, error] of [
    ['tcp://127.0.0.1:8500', 'Unknown protocol scheme: tcp'],
    ['a b', 'invalid agent address a b'],
  ] as const) {
    assert.deepEqual(found({ CONSUL_HTTP_ADDR: address }), { ok: false, error });
  }
});

test('the token is the first of: file, token, both as flags, then as variables; an empty file is passed over', (t) => {
  const folder = temporaryDirectory(t);
  writeFiles(folder, { flag: 'of flag file\n', variable: 'of variable file\n', empty: '\n' });
  const file = (name: string) => path.join(folder, name);
  const all = { CONSUL_HTTP_TOKEN: 'of variable', CONSUL_HTTP_TOKEN_FILE: file('variable') };
  assert.equal(endpoint(all, { token: 'of flag', 'token-file': file('flag') }).token, 'of flag file');
  assert.equal(endpoint(all, { token: 'of flag', 'token-file': file('empty') }).token, 'of flag');
  assert.equal(endpoint(all, { token: 'of flag' }).token, 'of flag');
  assert.equal(endpoint(all).token, 'of variable file');
  assert.equal(endpoint({ ...all, CONSUL_HTTP_TOKEN_FILE: file('empty') }).token, 'of variable');
  const missing = found({ CONSUL_HTTP_TOKEN_FILE: file('missing') });
  assert.match(missing.ok ? '' : missing.error, /^Error loading file .*missing: ENOENT/);
});

test('a user without a password, a namespace and a partition are passed on', () => {
  const { basicAuth, namespace, partition } = endpoint(
    { CONSUL_HTTP_AUTH: 'me', CONSUL_NAMESPACE: 'n', CONSUL_PARTITION: 'p' },
    { partition: 'q' },
  );
  assert.deepEqual([basicAuth, namespace, partition], ['me:', 'n', 'q']);
  assert.equal(endpoint({ CONSUL_HTTP_AUTH: 'me:secret' }).basicAuth, 'me:secret');
});
