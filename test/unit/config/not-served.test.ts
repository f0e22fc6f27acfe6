// What this version leaves undone is said, and what would leave the door open is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../src/main/config/load.js';
import { afterBanner, notServed } from '../../../src/main/config/start-checks.js';

function configured(hcl: string) {
  const loaded = loadConfig(['-dev', '-hcl', hcl]);
  assert.ok(loaded.ok, 'the configuration is valid');
  return loaded.config;
}

test('an agent that is to enforce ACLs does not start', () => {
  assert.match(String(afterBanner(configured('acl { enabled = true }'))), /does not enforce ACLs/);
  assert.equal(afterBanner(configured('acl { enabled = false }')), null);
});

test('each setting without effect is named', () => {
  assert.deepEqual(notServed(configured('')), []);
  const warnings = notServed(
    configured(
      'recursors = ["10.0.0.2"] enable_syslog = true auto_encrypt { allow_tls = true } ports { grpc_tls = 8503 } tls { grpc { cert_file = "c.pem" } }',
    ),
  );
  assert.equal(warnings.length, 4);
  for (const word of ['auto_encrypt', 'recursors', 'syslog', 'gRPC'])
    assert.match(warnings.join('\n'), new RegExp(word));
});
