// The files of TLS settings: what is read of them, and what refuses a start or a reload.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig } from '../../../../src/main/config/load.js';
import { readTlsFiles, type TlsRead } from '../../../../src/main/config/tls-files.js';
import { temporaryDirectory } from '../../../temporary.js';
import { TestAuthority } from '../../../tls.js';

const authority = await TestAuthority.make();
const pair = await authority.leaf(['server.dc1.consul']);

function folderOf(context: TestContext): string {
  const folder = temporaryDirectory(context);
  authority.write(folder, pair);
  fs.mkdirSync(path.join(folder, 'cas'));
  fs.writeFileSync(path.join(folder, 'cas', 'one.pem'), `a word in front\n${authority.pem}`);
  fs.mkdirSync(path.join(folder, 'none'));
  fs.writeFileSync(path.join(folder, 'text'), 'no certificate');
  fs.writeFileSync(path.join(folder, 'bad.pem'), '-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----\n');
  return folder;
}

/** `@x` is the file x of the folder. */
function read(folder: string, hcl: string): TlsRead {
  const loaded = loadConfig(['-dev', '-hcl', hcl.replaceAll('@', `${folder}/`)]);
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.error);
  return readTlsFiles(loaded.config);
}

test('a stanza has its own files, or those of tls.defaults, and ticket keys of its own', (context) => {
  const folder = folderOf(context);
  const given = read(
    folder,
    'tls { defaults { ca_file = "@agent-ca.pem" } https { cert_file = "@agent.pem" key_file = "@agent-key.pem" } internal_rpc { ca_file = "" ca_path = "@cas" } }',
  );
  assert.ok(given.ok);
  const { https, internalRpc, grpc } = given.config.tls;
  assert.equal(https.material.ca[0]?.trim(), authority.pem.trim());
  assert.equal(internalRpc.material.ca[0]?.trim(), authority.pem.trim());
  assert.deepEqual([https.material.cert, https.material.key], [pair.cert, pair.key]);
  assert.equal(grpc.material.cert, '');
  assert.equal(https.material.ticketKeys.length, 48);
  assert.notDeepEqual(https.material.ticketKeys, internalRpc.material.ticketKeys);
});

test('what can not be used is named', (context) => {
  const folder = folderOf(context);
  for (const [hcl, error] of [
    ['tls { https { ca_file = "@no" } }', /^Failed to read CA file: open .*\/no: no such file or directory$/],
    ['tls { https { ca_file = "@text" } }', /^Error loading CA File: Couldn't parse PEM in: .*text$/],
    ['tls { https { ca_file = "@bad.pem" } }', /^Error loading CA File: .*bad\.pem: /],
    ['tls { https { ca_path = "@no" } }', /^Error loading CA Directory: open .*\/no: no such file or directory$/],
    ['tls { https { cert_file = "@agent.pem" } }', /^tls\.https: cert_file and key_file must be set together$/],
    ['tls { https { cert_file = "@agent.pem" key_file = "@text" } }', /^tls\.https: failed to load cert\/key pair /],
    ['tls { defaults { verify_outgoing = true ca_path = "@none" } }', /^VerifyOutgoing set but no CA certificates/],
    ['tls { internal_rpc { verify_incoming = true } }', /^VerifyIncoming set but no CA certificates/],
    ['tls { internal_rpc { verify_incoming = true ca_path = "@cas" } }', /^VerifyIncoming set but no Cert\/Key pair/],
  ] as const) {
    const given = read(folder, hcl);
    assert.ok(!given.ok, hcl);
    assert.match(given.error, error);
  }
});

// As stock has it, whose clients' test kits set the port and nothing else.
test('HTTPS without a certificate is told of, and starts', (context) => {
  const given = read(folderOf(context), 'ports { https = 8501 }');
  assert.ok(given.ok);
  assert.match(given.warnings.join(), /^ports\.https is set but tls\.https has no cert_file and key_file: /);
});

test('a certificate that has expired, and versions that are too old, are told of', async (context) => {
  const folder = folderOf(context);
  authority.write(folder, await authority.leaf(['x'], { toMs: -1000 }));
  const files = 'cert_file = "@agent.pem" key_file = "@agent-key.pem"';
  const given = read(folder, `tls { https { ${files} tls_min_version = "TLSv1_0" } }`);
  assert.ok(given.ok);
  assert.equal(given.warnings.length, 2);
  assert.match(given.warnings[0] ?? '', /TLSv1_0 is not spoken/);
  assert.match(given.warnings[1] ?? '', /tls\.https: the certificate in .*agent\.pem expired on /);
});
