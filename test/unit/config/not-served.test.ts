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
      'ports { https = 8501 } recursors = ["10.0.0.2"] enable_syslog = true enable_agent_tls_for_checks = true',
    ),
  );
  assert.equal(warnings.length, 4);
  for (const word of ['HTTPS', 'recursors', 'syslog', 'certificate'])
    assert.match(warnings.join('\n'), new RegExp(word));
});

test('whoever asks for TLS between agents is told that there is none', () => {
  const ca = 'ca_file = "ca.pem"';
  for (const tls of [
    `internal_rpc { ${ca} }`,
    `defaults { ${ca} verify_outgoing = true }`,
    'defaults { cert_file = "a.pem" }',
  ]) {
    assert.deepEqual(notServed(configured(`tls { ${tls} }`)).length, 1, tls);
  }
  assert.match(
    notServed(configured('tls { internal_rpc { verify_incoming = true } }')).join(),
    /^tls.internal_rpc: .* plain$/,
  );
  assert.deepEqual(notServed(configured('tls { https { verify_incoming = true } }')), []);
});
