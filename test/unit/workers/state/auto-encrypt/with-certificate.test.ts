// The configuration of an agent that was given a certificate.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../../../src/main/config/load.js';
import type { RuntimeConfig, TlsMaterial } from '../../../../../src/wire/config.js';
import { withCertificate } from '../../../../../src/workers/state/auto-encrypt/with-certificate.js';

const GIVEN = { certificate: 'given cert', key: 'given key', authorities: ['given CA'], verifiesServerHostname: false };
const FILES: TlsMaterial = {
  ca: ['CA of a file'],
  cert: 'cert of a file',
  key: 'key of a file',
  ticketKeys: new Uint8Array(48),
};

function configured(hcl: string): RuntimeConfig {
  const loaded = loadConfig(['-data-dir=/nowhere', '-bind=127.0.0.1', '-hcl', `auto_encrypt { tls = true } ${hcl}`]);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config;
}

test('servers are spoken to by TLS with it, and trusted by the file and by what they said', () => {
  const { tls } = configured('');
  const config = { ...configured(''), tls: { ...tls, internalRpc: { ...tls.internalRpc, material: FILES } } };
  const { internalRpc } = withCertificate(config, GIVEN).tls;
  assert.equal(internalRpc.verifyOutgoing, true);
  assert.equal(internalRpc.verifyServerHostname, false);
  assert.deepEqual(internalRpc.material, {
    ca: ['CA of a file', 'given CA'],
    cert: 'given cert',
    key: 'given key',
    ticketKeys: FILES.ticketKeys,
  });
});

test('names are verified where either side says so', () => {
  const config = configured('');
  assert.equal(
    withCertificate(config, { ...GIVEN, verifiesServerHostname: true }).tls.internalRpc.verifyServerHostname,
    true,
  );
  const own = configured('tls { internal_rpc { verify_server_hostname = true } }');
  assert.equal(withCertificate(own, GIVEN).tls.internalRpc.verifyServerHostname, true);
});

test('HTTPS has it where no files are named for that', () => {
  const config = configured('');
  assert.equal(withCertificate(config, GIVEN).tls.https.material.cert, 'given cert');
  const https = { ...config.tls.https, material: FILES };
  assert.equal(withCertificate({ ...config, tls: { ...config.tls, https } }, GIVEN).tls.https, https);
});

test('gRPC has it where `use_auto_cert` says so, and no files are named for that', () => {
  const config = configured('tls { grpc { use_auto_cert = true } }');
  assert.equal(withCertificate(config, GIVEN).tls.grpc.material.cert, 'given cert');
  const grpc = { ...config.tls.grpc, material: FILES };
  assert.equal(withCertificate({ ...config, tls: { ...config.tls, grpc } }, GIVEN).tls.grpc, grpc);
  const plain = configured('');
  assert.equal(withCertificate(plain, GIVEN).tls.grpc, plain.tls.grpc);
});
