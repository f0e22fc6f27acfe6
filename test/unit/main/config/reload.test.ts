// What a reload takes over, key by key from the schema, and what it says of the rest.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { loadConfig } from '../../../../src/main/config/load.js';
import { type Reloaded, reloadConfig } from '../../../../src/main/config/reload.js';
import { AGENT } from '../../../../src/main/config/schema/agent.js';
import type { Schema, SchemaField } from '../../../../src/main/config/schema/types.js';
import type { RuntimeConfig } from '../../../../src/wire/config.js';
import { temporaryDirectory, writeFiles } from '../../../temporary.js';
import { TestAuthority } from '../../../tls.js';

interface Running {
  readonly config: RuntimeConfig;
  /** Writes the file and reads it again. */
  readonly reload: (settings: object) => Reloaded;
}

function start(context: TestContext, settings: object): Running {
  const file = path.join(temporaryDirectory(context), 'agent.json');
  const write = (given: object): void =>
    fs.writeFileSync(file, JSON.stringify({ bind_addr: '127.0.0.1', data_dir: '/nowhere', ...given }));
  write(settings);
  const argv = ['-config-file', file];
  const loaded = loadConfig(argv);
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.error);
  const { config } = loaded;
  return {
    config,
    reload: (changed) => {
      write(changed);
      return reloadConfig(argv, loaded, config);
    },
  };
}

function accepted(reloaded: Reloaded): Extract<Reloaded, { ok: true }> {
  assert.ok(reloaded.ok, reloaded.ok ? '' : reloaded.error);
  return reloaded;
}

function needsRestart(...keys: readonly string[]): string[] {
  return keys.map((key) => `The '${key}' field has changed. The change takes effect after a restart.`);
}

interface Leaf {
  readonly key: string;
  readonly field: SchemaField;
  readonly isReloadable: boolean;
}

function* leaves(schema: Schema, prefix = '', isReloadable = false): Generator<Leaf> {
  for (const [name, field] of Object.entries(schema)) {
    const key = `${prefix}${name}`;
    const reloadable = isReloadable || field.reload === true;
    if (field.type === 'stanza') yield* leaves(field.fields, `${key}.`, reloadable);
    else yield { key, field, isReloadable: reloadable };
  }
}

/** Another value of the field's type than its default; for most keys one that the rules let pass. */
function otherValue(field: SchemaField): unknown {
  switch (field.type) {
    case 'bool':
      return field.default !== true;
    case 'int':
    case 'uint':
    case 'uint32':
    case 'uint64':
    case 'float64':
      return Math.max(0, Number(field.default ?? 0)) + 1;
    case 'duration':
      return '1234s';
    case 'string':
      return 'other';
    case 'strings':
      return ['10.1.2.3/32'];
    case 'map':
      return { other: 'value' };
    default:
      return null;
  }
}

function nested(key: string, value: unknown): object {
  return key.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object;
}

describe('reload', () => {
  test('a key that the schema does not mark changes nothing, and is named', (context) => {
    const base = { node_name: 'n' };
    const { config, reload } = start(context, base);
    let tried = 0;
    for (const { key, field, isReloadable } of leaves(AGENT)) {
      const value = otherValue(field);
      if (isReloadable || value === null) continue;
      const reloaded = reload({ ...base, ...nested(key, value) });
      // Some keys take special values only, or none but with others.
      if (!reloaded.ok) continue;
      tried += 1;
      const { blockedPrefixes } = reloaded.config.telemetry;
      // What is blocked unless it is asked for carries the prefix.
      const expected = { ...config, telemetry: { ...config.telemetry, blockedPrefixes } };
      assert.deepEqual({ ...reloaded.config, debugConfig: '' }, { ...expected, debugConfig: '' }, key);
      assert.ok(
        needsRestart(key).every((text) => reloaded.warnings.includes(text)),
        `${key}: ${reloaded.warnings.join('; ')}`,
      );
    }
    assert.ok(tried > 100, `${tried} keys`);
  });

  test('a key that the schema marks is taken over without a word', async (context) => {
    const folder = temporaryDirectory(context);
    writeFiles(folder, { 'ca.pem': (await TestAuthority.make()).pem });
    const base = { node_name: 'n' };
    const { config, reload } = start(context, base);
    const changed = {
      ...base,
      log_level: 'warn',
      node_meta: { rack: 'r1' },
      discard_check_output: true,
      enable_debug: true,
      acl: { tokens: { default: 'd', agent: 'a', dns: 'n', config_file_service_registration: 'c', replication: 'r' } },
      dns_config: { node_ttl: '7s', udp_answer_limit: 9 },
      limits: {
        http_max_conns_per_client: 17,
        http_max_request_body_size: 12345,
        rpc_rate: 5,
        rpc_client_timeout: '3s',
      },
      performance: { raft_multiplier: 2 },
      raft_snapshot_threshold: 77,
      telemetry: { prefix_filter: ['-consul.x'] },
      tls: { https: { verify_outgoing: true, ca_path: folder } },
      services: [{ name: 'web' }],
      checks: [{ name: 'c', ttl: '10s' }],
      watches: [{ type: 'nodes', args: ['true'] }],
    };
    const { config: now, warnings } = accepted(reload(changed));
    assert.deepEqual(warnings, []);
    assert.equal(now.log.level, 'warn');
    assert.deepEqual({ ...now.nodeMeta }, { rack: 'r1' });
    assert.equal(now.discardCheckOutput, true);
    assert.equal(now.enableDebug, true);
    assert.deepEqual(now.tokens, { default: 'd', agent: 'a', dns: 'n', configFileRegistration: 'c' });
    assert.equal(now.acl.replicationToken, 'r');
    assert.equal(now.dns.nodeTtlMs, 7_000);
    assert.equal(now.dns.udpAnswerLimit, 9);
    assert.equal(now.limits.httpMaxConnsPerClient, 17);
    assert.equal(now.limits.httpMaxRequestBodySize, 12345);
    assert.equal(now.limits.rpcRate, 5);
    assert.equal(now.limits.rpcClientTimeoutMs, 3_000);
    assert.equal(now.raft.electionTimeoutMs, 2_000);
    assert.equal(now.raft.snapshotThreshold, 77);
    assert.ok(now.telemetry.blockedPrefixes.includes('consul.x'));
    assert.equal(now.tls.https.caPath, folder);
    assert.equal(now.tls.https.material.ca.length, 1);
    assert.equal(now.definitions.services.length, 1);
    assert.equal(now.definitions.checks.length, 1);
    assert.equal(now.watches.length, 1);
    assert.notEqual(now.debugConfig, config.debugConfig);
  });

  test('a changed name, datacenter and node ID stay; /v1/agent/self shows what was read', (context) => {
    const { config, reload } = start(context, { node_name: 'old', datacenter: 'paris' });
    const reloaded = accepted(
      reload({ node_name: 'new', datacenter: 'rome', node_id: config.nodeId.replace(/^./, 'f') }),
    );
    assert.equal(reloaded.config.nodeName, 'old');
    assert.equal(reloaded.config.datacenter, 'paris');
    assert.equal(reloaded.config.nodeId, config.nodeId);
    assert.match(reloaded.config.debugConfig, /"NodeName":"new"/);
    for (const text of needsRestart('node_name', 'datacenter')) assert.ok(reloaded.warnings.includes(text), text);
  });

  test('a level that is none is warned about and the old one kept', (context) => {
    const { reload } = start(context, { log_level: 'warn' });
    const { config, warnings } = accepted(reload({ log_level: 'loud' }));
    assert.equal(config.log.level, 'warn');
    assert.deepEqual(warnings, ['Invalid log level: loud. Valid log levels are: [TRACE DEBUG INFO WARN ERR ERROR]']);
  });

  test('a watch that can not be is refused, and so is what the start refuses', (context) => {
    const { reload } = start(context, {});
    const watch = reload({ watches: [{ type: 'sheep' }] });
    assert.ok(!watch.ok && watch.error.includes('Unsupported watch type: sheep'));
    const unknown = reload({ sheep: 1 });
    assert.ok(!unknown.ok && unknown.error.includes('sheep'));
  });
});
