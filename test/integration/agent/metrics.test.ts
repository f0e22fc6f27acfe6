// What monitoring finds: the names and labels that a stock server's metrics have, over HTTP and at a statsd daemon.

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import os from 'node:os';
import { after, before, describe, test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { readJson } from '../../data.js';

type Names = { readonly [kind: string]: { readonly [name: string]: readonly string[] } };
const recorded = (readJson('agent/metrics.json') as { readonly server: { readonly names: Names } }).server.names;

/** Of Go's runtime, of a kind of log that isn't kept here, and of what isn't told. */
const NOT_HERE =
  /^consul\.(runtime\.gc_pause_ns|raft\.wal\.|raft\.fsm\.|raft\.thread\.|raft\.leader\.oldestLogAge|serf\.coordinate\.|client\.rpc)/;
/** What a server alone, and one that isn't waited for, has none of. */
const NEVER_ALONE = /^consul\.(memberlist\.(udp|probeNode)|session_ttl\.invalidate)/;

interface Shown {
  readonly Name: string;
  readonly Labels: { readonly [label: string]: string };
}

describe('metrics of a server', () => {
  const daemon = dgram.createSocket('udp4');
  const lines = new Set<string>();
  let agent: AgentProcess;
  before(async () => {
    daemon.bind(0, '127.0.0.1');
    await once(daemon, 'listening');
    daemon.on('message', (packet) => {
      for (const line of packet.toString().split('\n')) lines.add(line.replace(os.hostname(), '<host>'));
    });
    const statsd = `telemetry { statsd_address = "127.0.0.1:${daemon.address().port}" }`;
    agent = await startAgent({ args: ['-dev', '-log-level=warn', '-hcl', statsd] });
  });
  after(async () => {
    await agent.stop();
    daemon.close();
  });

  const ask = (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(agent.http + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });

  /** What a bin of ten seconds may hold. */
  async function use(): Promise<void> {
    await ask('PUT', '/v1/kv/a', 1);
    await ask('PUT', '/v1/txn', [{ KV: { Verb: 'set', Key: 'b', Value: '' } }]);
    const { ID } = (await (await ask('PUT', '/v1/session/create', { TTL: '10s' })).json()) as { ID: string };
    for (const verb of ['renew', 'destroy']) await ask('PUT', `/v1/session/${verb}/${ID}`);
    await ask('PUT', '/v1/catalog/register', { Node: 'other', Address: '127.0.0.2', Service: { Service: 'web' } });
    for (const path of [
      'health/service/web',
      'health/connect/web',
      'catalog/service/web?tag=x',
      'catalog/connect/web',
      'query/none/execute',
    ])
      await ask('GET', `/v1/${path}`);
    await ask('PUT', '/v1/catalog/deregister', { Node: 'other' });
  }

  test('names and labels are those of a stock server', async () => {
    const shown = new Map<string, string>();
    const wanted = Object.entries(recorded).flatMap(([kind, names]) =>
      Object.entries(names)
        .filter(([name]) => !NOT_HERE.test(name) && !NEVER_ALONE.test(name))
        .map(([name, [labels = '']]) => [`${kind} ${name}`, labels] as const),
    );
    assert.ok(wanted.length > 35, String(wanted.length));
    const more = [
      ...['session.apply', 'session.renew', 'txn.apply', 'catalog.register', 'catalog.deregister'].map(
        (name) => [`Samples consul.${name}`, ''] as const,
      ),
      ['Samples consul.prepared-query.execute', ''],
      ['Gauges consul.rpc.queries_blocking', ''],
      ['Counters consul.health.connect.query', 'service'],
      ['Counters consul.catalog.service.query', 'service'],
      ['Counters consul.catalog.service.query-tag', 'service,tag'],
      ['Counters consul.catalog.connect.query', 'service'],
    ] as const;
    const missing = (): unknown[] => [...wanted, ...more].filter(([series, labels]) => shown.get(series) !== labels);
    await waitFor(
      async () => {
        await use();
        const bin = (await (await ask('GET', '/v1/agent/metrics')).json()) as { [kind: string]: readonly Shown[] };
        for (const kind of ['Gauges', 'Counters', 'Samples'])
          for (const { Name, Labels } of bin[kind] ?? [])
            shown.set(`${kind} ${Name.replace(`${os.hostname()}.`, '')}`, Object.keys(Labels).sort().join(','));
        return missing().length === 0;
      },
      'all names',
      40_000,
    ).catch(() => assert.deepEqual(missing(), []));
  });

  test('SIGUSR1 writes them to stderr, and starts no debugger', async () => {
    agent.child.kill('SIGUSR1');
    const line = /^\[[0-9-]{10} [0-9:]{8} \+0000 UTC\]\[G\] 'consul\..*runtime\.num_goroutines': [0-9]+\.000$/m;
    await waitFor(() => line.test(agent.output), 'the dump');
    assert.match(agent.output, /\[S\] 'consul\.api\.http\.GET\.[a-z0-9_]+': Count: [0-9]+ .*Sum: /);
    assert.doesNotMatch(agent.output, /[Dd]ebugger/);
  });

  test('a statsd daemon is told the same', async () => {
    const seen = (pattern: RegExp): boolean => [...lines].some((line) => pattern.test(line));
    await waitFor(
      async () => {
        await use();
        return [
          /^consul\.<host>\.runtime\.num_goroutines:[0-9]+\.0{6}\|g$/,
          /^consul\.<host>\.state\.nodes\.dc1:1\.0{6}\|g$/,
          /^consul\.<host>\.version\.1\.21\.4\.:1\.0{6}\|g$/,
          /^consul\.<host>\.server\.isLeader:1\.0{6}\|g$/,
          /^consul\.<host>\.members\.servers\.dc1:1\.0{6}\|g$/,
          /^consul\.rpc\.query:[0-9]+\.0{6}\|c$/,
          /^consul\.kvs\.apply:[0-9]+\.[0-9]{6}\|ms$/,
          /^consul\.catalog\.service\.query\.web:[0-9]+\.0{6}\|c$/,
          /^consul\.api\.http\.PUT\.v1_kv_:[0-9]+\.[0-9]{6}\|ms$/,
        ].every(seen);
      },
      'all lines',
      30_000,
    );
  });
});
