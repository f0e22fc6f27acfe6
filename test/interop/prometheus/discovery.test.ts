// Prometheus' discovery (the Go package that the program itself runs, in `go/`) finds targets through a client agent: by tag, name,
// filter and node metadata, follows what comes and goes, and goes on while the leader is killed.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { waitFor } from '../../agent-process.js';
import { ThreeServers } from '../../integration/cluster/three-servers.js';
import { skipWithout, stockNodes } from '../gossip/programs.js';

const SERVICES = 40;

type Labels = Readonly<Record<string, string>>;

interface Update {
  readonly Source: string;
  readonly Labels: Labels;
  readonly Targets: readonly Labels[];
}

const skip = skipWithout('go');
const [program] = stockNodes(skip, 'prometheus');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-prometheus-'));
const cluster = new ThreeServers(['-node-meta=rack:r1']);
const running: ChildProcess[] = [];

before(async () => {
  if (skip !== false) return;
  await cluster.start();
  for (let n = 0; n < SERVICES; n += 1) await register(n);
});
after(async () => {
  for (const child of running) {
    if (child.exitCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await cluster.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function register(n: number): Promise<void> {
  const body = {
    Name: `app-${n}`,
    Port: 8000 + n,
    Tags: n % 2 === 0 ? ['scraped', 'even'] : ['odd'],
    Meta: { team: `team-${n % 3}` },
  };
  const { status } = await cluster.client.request('PUT', '/v1/agent/service/register', JSON.stringify(body));
  assert.equal(status, 200);
}

/** What discovery with these settings has found so far, by service. */
class Discovery {
  readonly #services = new Map<string, Update>();

  constructor(name: string, settings: readonly string[]) {
    const file = path.join(folder, `${name}.yml`);
    const server = `server: 127.0.0.1:${cluster.client.ports.http}`;
    fs.writeFileSync(file, [server, 'refresh_interval: 1s', ...settings].join('\n'));
    const child = spawn(program, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
    running.push(child);
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      const update = JSON.parse(line) as Update;
      this.#services.set(update.Source, update);
    });
  }

  targets(service: string): readonly Labels[] {
    return this.#services.get(service)?.Targets ?? [];
  }

  labels(service: string): Labels {
    return this.#services.get(service)?.Labels ?? {};
  }

  get found(): readonly string[] {
    return [...this.#services.values()].filter(({ Targets }) => Targets.length > 0).map(({ Source }) => Source);
  }

  until(services: readonly string[]): Promise<void> {
    const wanted = [...services].sort().join();
    return waitFor(() => [...this.found].sort().join() === wanted, `the targets ${wanted}`);
  }
}

describe('Prometheus finds its targets', { concurrency: false, skip }, () => {
  it('all services, each with what is known of it', async () => {
    const discovery = new Discovery('all', []);
    await discovery.until(['consul', ...Array.from({ length: SERVICES }, (_, n) => `app-${n}`)]);
    assert.equal(discovery.targets('consul').length, 3);
    assert.deepEqual(discovery.labels('app-4'), { __meta_consul_dc: 'dc1', __meta_consul_service: 'app-4' });
    const told = { ...discovery.targets('app-4')[0] };
    const tagged = Object.keys(told).filter((name) => name.startsWith('__meta_consul_tagged_address'));
    assert.deepEqual(tagged.sort(), [
      '__meta_consul_tagged_address_lan',
      '__meta_consul_tagged_address_lan_ipv4',
      '__meta_consul_tagged_address_wan',
      '__meta_consul_tagged_address_wan_ipv4',
    ]);
    for (const name of tagged) delete told[name];
    delete told['__meta_consul_metadata_consul_version'];
    assert.deepEqual(told, {
      __address__: '127.0.0.1:8004',
      __meta_consul_address: '127.0.0.1',
      __meta_consul_health: 'passing',
      __meta_consul_metadata_consul_network_segment: '',
      __meta_consul_metadata_rack: 'r1',
      __meta_consul_namespace: '',
      __meta_consul_node: 'client',
      __meta_consul_partition: '',
      __meta_consul_service_address: '',
      __meta_consul_service_id: 'app-4',
      __meta_consul_service_metadata_team: 'team-1',
      __meta_consul_service_port: '8004',
      __meta_consul_tags: ',scraped,even,',
    });
  });

  it('by tags, by filter, by the metadata of nodes', async () => {
    const tagged = new Discovery('tagged', ['tags: [scraped, even]']);
    const filtered = new Discovery('filtered', [`filter: 'ServiceTags contains "odd"'`, 'allow_stale: false']);
    const here = new Discovery('here', ['node_meta: { rack: r1 }', 'services: [app-7, none]']);
    const elsewhere = new Discovery('elsewhere', ['node_meta: { rack: r2 }']);
    const numbers = Array.from({ length: SERVICES }, (_, n) => n);
    await tagged.until(numbers.filter((n) => n % 2 === 0).map((n) => `app-${n}`));
    await filtered.until(numbers.filter((n) => n % 2 === 1).map((n) => `app-${n}`));
    await here.until(['app-7']);
    assert.deepEqual(elsewhere.found, []);
  });

  it('follows what comes and goes, also when the leader is killed', async () => {
    const discovery = new Discovery('followed', ['services: [app-3, app-4]']);
    await discovery.until(['app-3', 'app-4']);
    await cluster.client.request('PUT', '/v1/agent/service/deregister/app-4');
    await discovery.until(['app-3']);
    const dead = await cluster.leader();
    await cluster.servers[dead]?.kill();
    await waitFor(async () => (await cluster.leader()) !== dead, 'another leader');
    await register(4);
    await discovery.until(['app-3', 'app-4']);
    await cluster.client.request('PUT', '/v1/agent/service/maintenance/app-3?enable=true');
    await waitFor(() => discovery.targets('app-3')[0]?.['__meta_consul_health'] === 'maintenance', 'its maintenance');
    await cluster.startAgain(dead);
    await cluster.settled();
  });
});
