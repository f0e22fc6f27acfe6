// Sources and their order, the flags' aliases, the node's identity, address templates.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { resolveNodeId } from '../../../../src/main/config/identity.js';
import { loadConfig, loadFiles } from '../../../../src/main/config/load.js';
import type { RuntimeConfig } from '../../../../src/wire/config.js';
import { temporaryDirectory, writeFiles } from '../../../temporary.js';

function load(...argv: readonly string[]): RuntimeConfig {
  const loaded = loadConfig(argv);
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.error);
  return loaded.config;
}

describe('sources', () => {
  test('files in command-line order, flags over files, fragments over flags', (context) => {
    const folder = temporaryDirectory(context);
    writeFiles(folder, {
      'conf.d/20.hcl': 'datacenter = "second"\nlog_level = "warn"\n',
      'conf.d/10.json': { datacenter: 'first', retry_join: ['10.0.0.1'] },
      'last.json': { retry_join: ['10.0.0.2'], node_name: 'from-file' },
    });
    const config = load(
      ...['-dev', '-config-dir', path.join(folder, 'conf.d'), '-config-file', path.join(folder, 'last.json')],
      ...['-node=from-flag', '-retry-join=10.0.0.3', '-hcl', 'log_level = "err"'],
    );
    assert.equal(config.datacenter, 'second');
    assert.equal(config.nodeName, 'from-flag');
    assert.equal(config.log.level, 'error');
    assert.deepEqual(config.retryJoin, ['10.0.0.3', '10.0.0.1', '10.0.0.2']);
  });

  test('-dc is an alias with a warning', () => {
    const loaded = loadConfig(['-dev', '-dc', 'Paris']);
    assert.ok(loaded.ok);
    assert.equal(loaded.config.datacenter, 'paris');
    assert.deepEqual(loaded.warnings, ["The flag '-dc' is deprecated. Use the '-datacenter' flag instead."]);
  });

  test('the same in JSON and HCL', (context) => {
    const folder = temporaryDirectory(context);
    const service = { name: 'web', port: 80, tags: ['a'], check: { tcp: '127.0.0.1:80', interval: '10s' } };
    writeFiles(folder, {
      'a.json': { data_dir: 'd', bind_addr: '127.0.0.1', ports: { http: 1234 }, services: [service] },
      'b.hcl': `data_dir = "d" bind_addr = "127.0.0.1"
        ports { http = 1234 }
        services { name = "web" port = 80 tags = ["a"] check { tcp = "127.0.0.1:80" interval = "10s" } }`,
    });
    const [json, hcl] = ['a.json', 'b.hcl'].map((name) => loadFiles([path.join(folder, name)], ''));
    assert.ok(json?.ok && hcl?.ok);
    assert.deepEqual(json.config, hcl.config);
    assert.equal(json.config.definitions.services[0]?.checks[0]?.Interval, 10e9);
  });

  test('entries that a leader is to write, in HCL and JSON; a wrong one is named', (context) => {
    const folder = temporaryDirectory(context);
    const entry = {
      kind: 'proxy-defaults',
      name: 'global',
      config: { protocol: 'http' },
      mesh_gateway: { mode: 'local' },
    };
    writeFiles(folder, {
      'a.json': { config_entries: { bootstrap: [entry] } },
      'b.hcl': `config_entries { bootstrap { Kind = "proxy-defaults" Name = "global"
        Config { protocol = "http" } MeshGateway { Mode = "local" } } }`,
    });
    const [json, hcl] = ['a.json', 'b.hcl'].map((name) => load('-dev', '-config-file', path.join(folder, name)));
    assert.equal(json?.configEntries.length, 1);
    assert.deepEqual(json.configEntries, hcl?.configEntries);
    const [global] = json.configEntries;
    assert.ok(global?.Kind === 'proxy-defaults');
    assert.deepEqual(
      [global.Config, global.Protocol, global.MeshGateway],
      [{ protocol: 'http' }, 'http', { Mode: 'local' }],
    );
    const error = (bootstrap: string): string => {
      const loaded = loadConfig(['-dev', '-hcl', `config_entries { bootstrap { ${bootstrap} } }`]);
      return loaded.ok ? '' : loaded.error;
    };
    assert.match(error('Kind = "nosuch"'), /config_entries.bootstrap\[0\]: invalid config entry kind: nosuch/);
    assert.match(error('Name = "web"'), /config_entries.bootstrap\[0\]: Payload does not contain a kind/);
    assert.match(
      error('Kind = "service-defaults" Name = "*"'),
      /config_entries.bootstrap\[0\]: service-defaults name must/,
    );
    assert.match(
      error('Kind = "service-resolver" Name = "web" Subsets { "v1" { Filter = "Service.Meta.v ==" } }'),
      /config_entries.bootstrap\[0\]: .*v1.*1:\d+/,
    );
    assert.match(
      error('Kind = "service-splitter" Name = "web" Splits = [{ Weight = 10 }]'),
      /config_entries.bootstrap\[0\]: the sum of all split weights/,
    );
  });

  test('what a certificate authority begins with, in HCL and JSON, is judged at the start', (context) => {
    const folder = temporaryDirectory(context);
    writeFiles(folder, {
      'a.json': { connect: { ca_config: { leaf_cert_ttl: '2h', CSRMaxPerSecond: 5 } } },
      'b.hcl': 'connect { ca_config { leaf_cert_ttl = "2h" CSRMaxPerSecond = 5 } }',
      'c.hcl': 'connect { ca_config = { LeafCertTTL = "3h" private_key_bits = 384 } }',
    });
    const paths = ['a.json', 'b.hcl', 'c.hcl'].map((name) => path.join(folder, name));
    const [json, hcl] = paths.map((file) => load('-dev', '-config-file', file).connect.caConfig);
    assert.deepEqual(json, { LeafCertTTL: '2h', CSRMaxPerSecond: 5 });
    assert.deepEqual(hcl, json);
    const all = load('-dev', ...paths.flatMap((file) => ['-config-file', file])).connect.caConfig;
    assert.deepEqual(all, { LeafCertTTL: '3h', CSRMaxPerSecond: 5, PrivateKeyBits: 384 });
    const error = (text: string): string => {
      const loaded = loadConfig(['-dev', '-hcl', text]);
      return loaded.ok ? '' : loaded.error;
    };
    assert.match(error('connect { ca_config { leaf_cert_ttl = "soon" } }'), /connect\.ca_config: LeafCertTTL: time:/);
    assert.match(
      error('connect { ca_config { private_key_bits = 77 } }'),
      /connect\.ca_config: a private key of type ec/,
    );
    assert.match(error('connect { ca_config { root_cert = "x" } }'), /connect\.ca_config: must provide a private key/);
    assert.equal(error('connect { enabled = false ca_config { leaf_cert_ttl = "soon" } }'), '');
  });

  test('no more readers than any machine has a use for', () => {
    assert.equal(load('-dev').readerWorkers, null);
    assert.equal(load('-dev', '-hcl', 'performance { reader_workers = 64 }').readerWorkers, 64);
    const refused = loadConfig(['-dev', '-hcl', 'performance { reader_workers = 65 }']);
    assert.ok(!refused.ok);
    assert.match(refused.error, /performance\.reader_workers cannot be 65\. Must be between 0 and 64/);
  });

  test('the engine of HTTP is one of two', () => {
    assert.equal(load('-dev').http.engine, 'net');
    assert.equal(load('-dev', '-hcl', 'http_config { engine = "uws" }').http.engine, 'uws');
    const refused = loadConfig(['-dev', '-hcl', 'http_config { engine = "express" }']);
    assert.ok(!refused.ok);
    assert.match(refused.error, /http_config.engine must be one of 'net' or 'uws'/);
  });

  test('names that JavaScript objects have are plain keys', (context) => {
    const folder = temporaryDirectory(context);
    const meta = '{"data_dir":"d","bind_addr":"127.0.0.1","node_meta":{"__proto__":"a","constructor":"b"}}';
    writeFiles(folder, { 'a.json': meta, 'b.json': '{"data_dir":"d","constructor":1}' });
    const loaded = loadFiles([path.join(folder, 'a.json')], '');
    assert.ok(loaded.ok, loaded.ok ? '' : loaded.error);
    assert.deepEqual(Object.entries(loaded.config.nodeMeta), [
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    const refused = loadFiles([path.join(folder, 'b.json')], '');
    assert.ok(!refused.ok);
    assert.match(refused.error, /invalid config key constructor/);
  });
});

describe('identity', () => {
  const id = '11111111-2222-3333-4444-555555555555';

  test('a given ID is used and not written', (context) => {
    const folder = temporaryDirectory(context);
    const base = load('-bind=127.0.0.1', `-data-dir=${folder}`, `-node-id=${id.toUpperCase()}`);
    const identified = resolveNodeId(base);
    assert.ok(identified.ok);
    assert.equal(identified.config.nodeId, id);
    assert.equal((JSON.parse(identified.config.debugConfig) as { NodeID: string }).NodeID, id);
    assert.ok(!fs.existsSync(path.join(folder, 'node-id')));
  });

  test('a made ID stays', (context) => {
    const folder = path.join(temporaryDirectory(context), 'new');
    const base = load('-bind=127.0.0.1', `-data-dir=${folder}`);
    const [first, second] = [resolveNodeId(base), resolveNodeId(base)];
    assert.ok(first.ok && second.ok);
    assert.match(first.config.nodeId, /^[0-9a-f]{8}-/);
    assert.equal(second.config.nodeId, first.config.nodeId);
    const file = path.join(folder, 'node-id');
    assert.equal(fs.readFileSync(file, 'utf8'), first.config.nodeId);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  });

  test('a spoilt file ends the start, also an empty or a cut one', (context) => {
    const folder = temporaryDirectory(context);
    for (const content of ['nonsense', '', '11111111-2222-4333-8444-55555555555']) {
      writeFiles(folder, { 'node-id': content });
      const refused = resolveNodeId(load('-bind=127.0.0.1', `-data-dir=${folder}`));
      assert.ok(!refused.ok);
      assert.match(
        refused.error,
        /^failed to setup node ID: NodeID in .*node-id is invalid: uuid string is wrong length$/,
      );
      assert.equal(fs.readFileSync(path.join(folder, 'node-id'), 'utf8'), content);
    }
  });
});

test('names of keys are validated where ACLs are on, unless it is said', () => {
  const validated = (hcl: string) => load('-dev', '-hcl', hcl).validatesKvKeys;
  assert.equal(validated(''), false);
  assert.equal(validated('acl { enabled = true }'), true);
  assert.equal(validated('acl { enabled = true } disable_kv_key_validation = true'), false);
  assert.equal(validated('disable_kv_key_validation = false'), true);
});
