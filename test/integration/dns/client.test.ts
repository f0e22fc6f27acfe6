// DNS and `?cached` on client agents, over real sockets: clients with different `dns_config` beside two servers, of which one goes
// away and takes the quorum with it, then the other. What each says then is what its settings allow.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { askOverTcp, askOverUdp } from './ask.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-client-dns-'));
/** Soon given up, so that what fails fails soon. */
const HOLD = 'performance { rpc_hold_timeout = "2s" }';
const CLIENTS = {
  plain: '',
  strict: 'max_stale = "2s"',
  fresh: 'allow_stale = false',
  cached: 'use_cache = true',
  aging: 'use_cache = true cache_max_age = "2s"',
} as const;
type Kind = keyof typeof CLIENTS;

const servers: AgentProcess[] = [];
const clients = new Map<Kind, AgentProcess>();

function started(args: readonly string[], node: string, dns: string, waitForLeader: boolean): Promise<AgentProcess> {
  const own = [
    `-data-dir=${path.join(folder, node)}`,
    '-log-level=warn',
    '-hcl',
    HOLD,
    '-hcl',
    `dns_config { ${dns} }`,
  ];
  return startAgent({ args: [...args, ...own], node, waitForLeader });
}

function client(kind: Kind): AgentProcess {
  const found = clients.get(kind);
  assert.ok(found !== undefined);
  return found;
}

async function register(node: number, service = 'web'): Promise<void> {
  const body = { Node: `n${node}`, Address: `10.0.0.${node}`, Service: { Service: service, Port: 80 } };
  // Elections take their time on a busy machine.
  await waitFor(
    async () => (await client('plain').request('PUT', '/v1/catalog/register', JSON.stringify(body))).status === 200,
    'the registration',
  );
}

async function rcodes(name: string): Promise<Record<string, string>> {
  const asked = [...clients].map(
    async ([kind, { ports }]) => [kind, (await askOverUdp(ports.dns, name)).rcode] as const,
  );
  return Object.fromEntries(await Promise.all(asked));
}

before(async () => {
  const server = ['-server', '-bootstrap-expect=2'];
  const first = await started(server, 's1', 'max_stale = "2s"', false);
  servers.push(first);
  const join = `-retry-join=127.0.0.1:${first.ports.serfLan}`;
  servers.push(await started([...server, join], 's2', '', true));
  const kinds = Object.entries(CLIENTS) as [Kind, string][];
  const starts = kinds.map(async ([kind, dns]) => clients.set(kind, await started([join], kind, dns, true)));
  // None of them is left starting when one can't.
  for (const outcome of await Promise.allSettled(starts)) if (outcome.status === 'rejected') throw outcome.reason;
  await register(1);
});

after(async () => {
  for (const agent of [...clients.values(), ...servers]) await agent.kill();
  fs.rmSync(folder, { recursive: true, force: true });
});

describe('DNS on client agents', { concurrency: false }, () => {
  it('is answered over UDP and TCP, and many questions at once are', async () => {
    for (const { ports } of clients.values()) {
      const names = ['web.service.consul', 'n1.node.consul', 'nobody.service.consul', 'example.com'];
      const expected = [
        { rcode: 'NOERROR', addresses: ['10.0.0.1'] },
        { rcode: 'NOERROR', addresses: ['10.0.0.1'] },
        { rcode: 'NXDOMAIN', addresses: [] },
        { rcode: 'REFUSED', addresses: [] },
      ];
      // Any server answers, also one that hasn't heard of the registration yet.
      await waitFor(async () => (await askOverUdp(ports.dns, 'n1.node.consul')).rcode === 'NOERROR', 'the node');
      await waitFor(async () => (await askOverUdp(ports.dns, 'web.service.consul')).rcode === 'NOERROR', 'the service');
      assert.deepEqual(await askOverTcp(ports.dns, names), expected);
      assert.deepEqual(await Promise.all(names.map((name) => askOverUdp(ports.dns, name))), expected);
      const many = await Promise.all(Array.from({ length: 100 }, () => askOverUdp(ports.dns, 'web.service.consul')));
      assert.deepEqual(new Set(many.map(({ addresses }) => addresses.join())), new Set(['10.0.0.1']));
    }
  });

  it('tells of changes, at once without the cache and soon with it', async () => {
    await register(2);
    const { addresses } = await askOverUdp(client('fresh').ports.dns, 'web.service.consul');
    assert.deepEqual(addresses, ['10.0.0.1', '10.0.0.2']);
    for (const { ports } of clients.values()) {
      await waitFor(
        async () => (await askOverUdp(ports.dns, 'web.service.consul')).addresses.length === 2,
        'the second instance',
      );
    }
  });

  it('serves ?cached reads from one query, whatever Cache-Control says', async () => {
    const { http } = client('plain');
    const get = async (target: string, control?: string) => {
      const headers: Record<string, string> = control === undefined ? {} : { 'Cache-Control': control };
      const response = await fetch(`${http}${target}`, { headers });
      const instances = (await response.json()) as readonly unknown[];
      const { headers: got } = response;
      const index = Number(got.get('X-Consul-Index'));
      return { cache: got.get('X-Cache'), age: got.get('Age'), index, instances: instances.length };
    };
    for (const target of ['/v1/health/service/web?cached', '/v1/catalog/service/web?cached']) {
      const first = await get(target);
      assert.deepEqual([first.cache, first.age, first.instances], ['MISS', null, 2]);
      for (const control of [undefined, 'max-age=0', 'must-revalidate', 'max-age=1, stale-if-error=1']) {
        assert.deepEqual(await get(target, control), { ...first, cache: 'HIT', age: '0' });
      }
      const nothingNew = await get(`${target}&index=${first.index}&wait=100ms`);
      assert.deepEqual(nothingNew, { ...first, cache: 'HIT', age: '0' });
      const waiting = Promise.all(Array.from({ length: 5 }, () => get(`${target}&index=${first.index}&wait=60s`)));
      await register(3);
      for (const woken of await waiting) {
        assert.deepEqual([woken.cache, woken.age, woken.instances], ['HIT', '0', 3]);
        assert.ok(woken.index > first.index);
      }
      await client('plain').request('PUT', '/v1/catalog/deregister', '{"Node":"n3"}');
      await waitFor(async () => (await get(target)).instances === 2, 'the third to be gone');
    }
    assert.equal((await get('/v1/health/service/web')).cache, null);
  });

  it('goes on without a leader for as long as allow_stale and max_stale allow', async () => {
    const [staying, going] = servers.splice(0);
    assert.ok(staying !== undefined && going !== undefined);
    servers.push(staying);
    // What it hasn't heard to be committed it wouldn't say without the other.
    await waitFor(
      async () => ((await staying.json('/v1/catalog/service/web?stale')) as readonly unknown[]).length === 2,
      'the server that stays to have the catalog',
    );
    await going.kill();
    const { dns } = staying.ports;
    await waitFor(
      async () => (await askOverUdp(dns, 'n1.node.consul')).rcode === 'SERVFAIL',
      'the server to be too stale',
    );
    await waitFor(
      async () => (await rcodes('n1.node.consul'))['strict'] === 'SERVFAIL',
      'what is older than max_stale not to be said any more',
    );
    // A node each time: the cache has services only.
    const nodes = { plain: 'NOERROR', strict: 'SERVFAIL', fresh: 'SERVFAIL', cached: 'NOERROR', aging: 'NOERROR' };
    assert.deepEqual(await rcodes('n1.node.consul'), nodes);
    assert.deepEqual(await rcodes('web.service.consul'), nodes);
    assert.deepEqual(await rcodes('never-asked.service.consul'), {
      ...nodes,
      plain: 'NXDOMAIN',
      cached: 'NXDOMAIN',
      aging: 'NXDOMAIN',
    });
  });

  it('goes on without any server from the cache, for as long as cache_max_age allows', async () => {
    await servers.pop()?.kill();
    await waitFor(async () => (await rcodes('web.service.consul'))['aging'] === 'SERVFAIL', 'the cache to be too old');
    const failed = { plain: 'SERVFAIL', strict: 'SERVFAIL', fresh: 'SERVFAIL', cached: 'SERVFAIL', aging: 'SERVFAIL' };
    assert.deepEqual(await rcodes('web.service.consul'), { ...failed, cached: 'NOERROR' });
    assert.deepEqual(await rcodes('n1.node.consul'), failed);
    const { addresses } = await askOverUdp(client('cached').ports.dns, 'web.service.consul');
    assert.deepEqual(addresses, ['10.0.0.1', '10.0.0.2']);
  });

  it('serves ?cached reads without any server, and says how old they are', async () => {
    const agent = client('plain');
    assert.equal((await agent.request('GET', '/v1/health/service/web')).status, 500);
    assert.equal((await agent.request('GET', '/v1/health/service/unknown?cached')).status, 500);
    await waitFor(async () => {
      const { status, text, headers } = await agent.request('GET', '/v1/health/service/web?cached');
      assert.equal(status, 200);
      assert.equal((JSON.parse(text) as readonly unknown[]).length, 2);
      assert.equal(headers.get('X-Cache'), 'HIT');
      return Number(headers.get('Age')) >= 1;
    }, 'the answer to be a second old');
  });
});
