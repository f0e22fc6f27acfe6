// What this version leaves undone is said, and what can't be is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../../src/main/config/load.js';
import { afterBanner, notServed } from '../../../../src/main/config/start-checks.js';

function configured(hcl: string) {
  const loaded = loadConfig(['-dev', '-hcl', hcl]);
  assert.ok(loaded.ok, 'the configuration is valid');
  return loaded.config;
}

test('policies that there are not are refused, with ACLs on', () => {
  const problem = (hcl: string): string => String(afterBanner(configured(hcl)));
  assert.equal(problem('acl { enabled = true }'), 'null');
  assert.match(problem('acl { enabled = true default_policy = "maybe" }'), /Unsupported default ACL policy: maybe/);
  assert.match(problem('acl { enabled = true down_policy = "maybe" }'), /Unsupported down ACL policy: maybe/);
  assert.equal(problem('acl { default_policy = "maybe" }'), 'null');
});

test('each setting without effect is named', () => {
  assert.deepEqual(notServed(configured('')), []);
  const warnings = notServed(configured('recursors = ["10.0.0.2"] enable_syslog = true disable_remote_exec = false'));
  assert.equal(warnings.length, 3);
  for (const word of ['recursors', 'syslog', 'remote_exec']) assert.match(warnings.join('\n'), new RegExp(word));
});
