// What an auth method of type `kubernetes` may be told, above all where the API server is: as Kubernetes' own clients take it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseKubernetesConfig } from '../../../../../../src/workers/state/acl/auth-methods/kubernetes-config.js';
import { TestAuthority } from '../../../../../tls.js';

const OTHERS = { CACert: (await TestAuthority.make()).pem, ServiceAccountJWT: 'e30.e30.e30' };

function hostOf(Host: string): string {
  const parsed = parseKubernetesConfig({ Host, ...OTHERS });
  return parsed.ok ? parsed.value.host : parsed.error;
}

test('a host, with or without its port, stands for a URL of TLS', () => {
  assert.equal(hostOf('host'), 'https://host');
  assert.equal(hostOf('10.0.0.1:6443'), 'https://10.0.0.1:6443');
  assert.equal(hostOf('[::1]:6443/'), 'https://[::1]:6443');
  assert.equal(hostOf('http://k8s:8080/base/'), 'http://k8s:8080/base');
});

test('what is no address of a server is refused with its name', () => {
  assert.equal(hostOf(''), 'Config.Host is required');
  assert.match(hostOf('a b'), /^'Config\.Host' is not a valid URL: "https:\/\/a b"$/);
  assert.match(hostOf('host:99999'), /^'Config\.Host' is not a valid URL/);
  assert.match(hostOf('ftp://host'), /has to begin with https/);
  assert.match(hostOf('me:secret@host'), /must not contain a user/);
});
