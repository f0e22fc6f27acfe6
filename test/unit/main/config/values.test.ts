// What the agent makes of its configuration, as `/v1/agent/self` shows it: the recorded values of clients, servers and -dev,
// and what 51 inputs change.

import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { loadConfig } from '../../../../src/main/config/load.js';
import { beforeBanner } from '../../../../src/main/config/start-checks.js';
import { readJson } from '../../../data.js';
import { temporaryDirectory, writeFiles } from '../../../temporary.js';

type Fields = { readonly [key: string]: unknown };
interface Case {
  readonly name: string;
  readonly base: 'client' | 'server' | 'dev';
  readonly config: Fields;
  readonly files: { readonly [name: string]: unknown };
  readonly args: readonly string[];
  readonly result: Fields | null;
  readonly fail?: string;
  readonly warnings: readonly string[];
}

const PORTS: { readonly [name: string]: number } = {
  dns: 31992,
  http: 31991,
  server: 31993,
  serf_lan: 31990,
  serf_wan: 31994,
};
/** Their keys are the user's, so a recorded one replaces the base's. */
const MAPS = ['DNSServiceTTL', 'NodeMeta', 'HTTPResponseHeaders'];

const recorded = readJson('config/config-values.json') as {
  readonly bases: { readonly client: Fields; readonly server: Fields; readonly dev: Fields };
  readonly cases: readonly Case[];
};

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function overlay(base: Fields, over: Fields): Fields {
  const out: { [key: string]: unknown } = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const known = out[key];
    out[key] = isFields(known) && isFields(value) && !MAPS.includes(key) ? overlay(known, value) : value;
  }
  return out;
}

/** What checks send along is hidden here; a stock agent shows it. */
function hideHeaders(key: string, value: unknown): unknown {
  if (key !== 'Header' || !isFields(value)) return value;
  const hidden = Object.entries(value).map(([name, texts]) => [name, (texts as readonly string[]).map(() => 'hidden')]);
  return Object.fromEntries(hidden) as Fields;
}

/** Puts this run's directory and ports where the recording has placeholders. */
function fill(value: Fields, folder: string): Fields {
  const text = JSON.stringify(value)
    .replaceAll('<dir>', folder)
    .replace(/"<(\w+)>"/g, (all, name: string) => String(PORTS[name] ?? all))
    .replace(/<(\w+)>/g, (all, name: string) => String(PORTS[name] ?? all));
  return JSON.parse(text, hideHeaders) as Fields;
}

function expected(base: Case['base'], result: Fields, folder: string): Fields {
  const server = overlay(recorded.bases.client, recorded.bases.server);
  const bases = { client: recorded.bases.client, server, dev: overlay(server, recorded.bases.dev) };
  return fill(overlay(bases[base], result), folder);
}

describe('DebugConfig', () => {
  const plain = (name: string, base: Case['base'], config: Fields): Case => {
    return { name, base, config, files: {}, args: [], result: {}, warnings: [] };
  };
  const cases = [
    plain('a client', 'client', {}),
    plain('a server', 'server', { server: true }),
    ...recorded.cases.filter(({ result }) => result !== null),
  ];
  for (const one of cases) {
    test(one.name, (context) => {
      const folder = temporaryDirectory(context);
      const base = {
        bind_addr: '127.0.0.1',
        node_name: 'node1',
        data_dir: `${folder}/data`,
        log_level: 'DEBUG',
        ports: { ...PORTS, https: -1, grpc: -1, grpc_tls: -1 },
      };
      writeFiles(folder, { 'base.json': base, 'config.json': one.config, ...one.files });
      const files = ['base.json', 'config.json', ...Object.keys(one.files)];
      const argv = files.flatMap((file) => ['-config-file', path.join(folder, file)]);
      const loaded = loadConfig([...argv, ...one.args]);
      assert.ok(loaded.ok, loaded.ok ? '' : loaded.error);
      const shown = JSON.parse(loaded.config.debugConfig) as { [key: string]: unknown };
      const want = expected(one.base, one.result ?? {}, folder);
      // Made at the start, not read from the configuration.
      shown['NodeID'] = want['NodeID'];
      if (!('DNSAddrs' in (one.result ?? {})) && 'ClientAddrs' in (one.result ?? {})) {
        // The recording leaves listener addresses out unless they are the subject.
        for (const key of ['DNSAddrs', 'HTTPAddrs']) shown[key] = want[key];
      }
      assert.deepEqual(shown, want);
      const warnings = one.warnings
        .map((line) => line.replace(/^\[WARN\] {2}agent: /, ''))
        .filter((line) => !/couldn't join|Join cluster failed/.test(line));
      assert.deepEqual(loaded.warnings, warnings);
    });
  }

  test('keys are sorted, secrets hidden', () => {
    const key = 'AAAAAAAAAAAAAAAAAAAAAA==';
    const loaded = loadConfig(['-dev', '-encrypt', key, '-hcl', 'acl { tokens { agent = "open sesame" } }']);
    assert.ok(loaded.ok);
    assert.doesNotMatch(loaded.config.debugConfig, /open sesame|AAAAAAAAAAAAAAAAAAAAAA/);
    const keys = Object.keys(JSON.parse(loaded.config.debugConfig) as Fields);
    assert.deepEqual(keys, [...keys].sort());
  });

  test('-dev', () => {
    const argv = ['-dev', '-node=node1'];
    for (const [name, port] of Object.entries(PORTS)) argv.push(`-${name.replace('_', '-')}-port=${port}`);
    const loaded = loadConfig([...argv, '-grpc-port=-1', '-grpc-tls-port=-1']);
    assert.ok(loaded.ok);
    const shown = JSON.parse(loaded.config.debugConfig) as { [key: string]: unknown };
    const want = expected('dev', {}, '') as { [key: string]: unknown };
    shown['NodeID'] = want['NodeID'];
    // The recording had a data directory; here is none.
    assert.deepEqual({ ...shown, DataDir: '' }, { ...want, DataDir: '' });
  });
});

describe('what only the start refuses', () => {
  const [refused] = recorded.cases.filter(({ fail }) => fail !== undefined);
  test('verify_server_hostname without a CA', (context) => {
    assert.ok(refused?.fail);
    const folder = temporaryDirectory(context);
    writeFiles(folder, { 'config.json': { ...refused.config, data_dir: folder, bind_addr: '127.0.0.1' } });
    const loaded = loadConfig(['-config-file', path.join(folder, 'config.json')]);
    assert.ok(loaded.ok);
    assert.equal(`==> ${beforeBanner(loaded.config)}\n`, refused.fail);
  });
});
