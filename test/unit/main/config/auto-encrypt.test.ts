// What auto_encrypt refuses, warns of, and makes of the rules for TLS files.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../../../src/main/config/load.js';
import { readTlsFiles, type TlsRead } from '../../../../src/main/config/tls-files.js';
import { temporaryDirectory } from '../../../temporary.js';
import { TestAuthority } from '../../../tls.js';

const CLIENT = ['-data-dir=/nowhere', '-bind=127.0.0.1'];

function loaded(args: readonly string[], hcl: string) {
  return loadConfig([...args, '-hcl', hcl]);
}

function warnings(args: readonly string[], hcl: string): string {
  const result = loaded(args, hcl);
  assert.ok(result.ok, JSON.stringify(result));
  return result.warnings.join('\n');
}

function read(args: readonly string[], hcl: string): TlsRead {
  const result = loaded(args, hcl);
  assert.ok(result.ok, JSON.stringify(result));
  return readTlsFiles(result.config);
}

test('each half is for one kind of agent', () => {
  const error = (args: readonly string[], hcl: string): string => {
    const result = loaded(args, hcl);
    return result.ok ? '' : result.error;
  };
  assert.match(error(['-dev'], 'auto_encrypt { tls = true }'), /auto_encrypt\.tls can only be used on a client\./);
  assert.match(
    error(CLIENT, 'auto_encrypt { allow_tls = true }'),
    /auto_encrypt\.allow_tls can only be used on a server\./,
  );
  assert.equal(error(CLIENT, 'auto_encrypt { tls = true }'), '');
});

test('servers that give certificates and demand none, or can give none, say so', () => {
  const allow = 'auto_encrypt { allow_tls = true }';
  const migrating = /tls\.internal_rpc\.verify_incoming is off/;
  assert.match(warnings(['-dev'], allow), migrating);
  assert.doesNotMatch(warnings(['-dev'], `${allow} tls { defaults { verify_incoming = true } }`), migrating);
  assert.match(
    warnings(['-dev'], `${allow} tls { defaults { verify_incoming = true } internal_rpc { verify_incoming = false } }`),
    migrating,
  );
  assert.match(warnings(['-dev'], `${allow} connect { enabled = false }`), /connect\.enabled is off/);
  assert.doesNotMatch(warnings(['-dev'], ''), /auto_encrypt/);
  const bare = read(['-dev'], allow);
  assert.ok(bare.ok);
  assert.match(bare.warnings.join('\n'), /nobody is given a certificate/);
});

test('what is no address is left out', () => {
  const hcl = 'auto_encrypt { tls = true ip_san = ["10.0.0.1", "x", "::7"] dns_san = ["a.test"] }';
  const result = loaded(CLIENT, hcl);
  assert.ok(result.ok);
  assert.deepEqual(result.config.autoEncrypt, {
    tls: true,
    allowTls: false,
    dnsSan: ['a.test'],
    ipSan: ['10.0.0.1', '::7'],
  });
  assert.match(result.warnings.join('\n'), /auto_encrypt\.ip_san: "x" is no IP address/);
});

test('a client agent that is given a certificate may demand some over HTTPS', async (context) => {
  const folder = temporaryDirectory(context);
  const authority = await TestAuthority.make();
  authority.write(folder, await authority.leaf(['a']));
  const demands = `ports { https = 8501 } tls { defaults { ca_file = "${path.join(folder, 'agent-ca.pem')}" verify_incoming = true } }`;
  const without = read(CLIENT, demands);
  assert.match(without.ok ? '' : without.error, /^VerifyIncoming set but no Cert\/Key pair/);
  const given = read(CLIENT, `auto_encrypt { tls = true } ${demands}`);
  assert.ok(given.ok);
  assert.doesNotMatch(given.warnings.join('\n'), /every handshake there will fail/);
});
