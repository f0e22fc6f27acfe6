// The leader of three servers is told to end while all of them are written to: by a signal, or by leaving. What was acknowledged
// survives, the others lead within seconds, who followed something there is told of the end and goes on elsewhere, and the one that
// ended returns. `LICTOR_STOPS` says how many rounds, `LICTOR_SEED` repeats the choices of one.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { watchServers } from '../../../../src/workers/state/grpc/messages/server-discovery.js';
import { type AgentProcess, waitFor } from '../../../agent-process.js';
import { Random, seedsOf } from '../../../random.js';
import { lictor } from '../../cli/program.js';
import { ThreeServers } from '../../cluster/three-servers.js';
import { PublicClient, type Told } from '../../grpc/public-client.js';
import { GrpcClient, type Subscriber, subscribeRequest } from '../../rpc/grpc-client.js';
import { endsWell, ROUNDS } from './ends.js';

/** A hand-over needs a tenth of a second, an election after a leader's end two, a busy machine more. */
const WITHIN_MS = 20_000;
const SERVICE_HEALTH = 1;
const SNAPSHOT = /^snapshot of \d+ is over$/;
/** Of gRPC's statuses. */
const UNAVAILABLE = 14;
const WRITERS = 2;

/** How the leader is told to end, and the code that it exits with. */
const ENDS = [
  { how: 'SIGTERM', code: 1, tell: (leader: AgentProcess) => leader.child.kill('SIGTERM') },
  { how: 'SIGINT', code: 1, tell: (leader: AgentProcess) => leader.child.kill('SIGINT') },
  { how: 'PUT /v1/agent/leave', code: 0, tell: (leader: AgentProcess) => leader.request('PUT', '/v1/agent/leave') },
  { how: 'lictor leave', code: 0, tell: (leader: AgentProcess) => lictor(['leave', `-http-addr=${leader.http}`]) },
] as const;

const cluster = new ThreeServers([
  '-hcl=performance { leave_drain_time = "10ms" }',
  '-hcl=autopilot { server_stabilization_time = "1s" }',
]);
before(async () => {
  await cluster.startServers();
  await cluster.settled();
});
after(() => cluster.stop());

/** Writers at each server, which note what was acknowledged. */
class Load {
  readonly keys = new Set<string>();
  /** By the place of the agent they were registered at. */
  readonly services = cluster.servers.map(() => new Set<string>());
  readonly #aborted = new AbortController();
  readonly #work: Promise<void>[] = [];

  async begin(prefix: string): Promise<void> {
    for (const [at, server] of cluster.servers.entries()) {
      for (let writer = 0; writer < WRITERS; writer += 1) {
        this.#work.push(this.#write(server, `${prefix}-${at}-${writer}`, this.services[at] ?? new Set()));
      }
    }
    const isUnderWay = (): boolean => this.keys.size > 20 && this.services.every(({ size }) => size > 0);
    await waitFor(isUnderWay, 'the first writes');
  }

  async end(): Promise<void> {
    this.#aborted.abort();
    await Promise.all(this.#work);
  }

  async #write(server: AgentProcess, prefix: string, services: Set<string>): Promise<void> {
    for (let number = 0; !this.#aborted.signal.aborted && server.exited === null; number += 1) {
      const name = `${prefix}-${number}`;
      const isKey = number % 4 !== 3;
      const [target, body] = isKey ? [`/v1/kv/${name}`, name] : ['/v1/agent/service/register', `{"Name": "${name}"}`];
      const answer = await server.request('PUT', target, body).catch(() => null);
      if (answer?.status === 200) (isKey ? this.keys : services).add(name);
      // All of them together leave the machine most of its time.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** What follows something at one server, as an agent and as a mesh's data plane do. */
class Followers {
  readonly subscriber: Subscriber;
  readonly watch: Told<unknown>;
  readonly #subscribed: GrpcClient;
  readonly #watched: PublicClient;

  constructor({ ports }: AgentProcess, service: string) {
    this.#subscribed = new GrpcClient(ports.server);
    this.#watched = new PublicClient(`127.0.0.1:${ports.grpc}`);
    this.subscriber = this.#subscribed.subscribe(subscribeRequest(SERVICE_HEALTH, service));
    this.watch = this.#watched.watch(watchServers, { wan: false });
  }

  async areUnderWay(): Promise<void> {
    await this.subscriber.hasHeard(SNAPSHOT);
    await this.watch.hears(() => true, 'the servers');
  }

  close(): void {
    this.#subscribed.close();
    this.#watched.close();
  }
}

async function holds(server: AgentProcess, keys: ReadonlySet<string>): Promise<boolean> {
  const kept = new Set((await server.json('/v1/kv/?keys&stale')) as string[]);
  return [...keys].every((key) => kept.has(key));
}

describe('a leader under load', { concurrency: false }, () => {
  for (const seed of seedsOf(ROUNDS)) {
    it(`seed ${seed}: ends when it is told to, and the others go on`, async (t) => {
      const random = new Random(seed);
      // Each of the ways within four rounds, whichever is the first.
      const { how, code, tell } = ENDS[(seed * 3) % ENDS.length] ?? ENDS[0];
      const at = await cluster.leader();
      const leader = cluster.servers[at] ?? assert.fail();
      const others = cluster.servers.filter((server) => server !== leader);
      const other = others[random.below(others.length)] ?? assert.fail();
      const load = new Load();
      const there = new Followers(leader, `after-${seed}`);
      const elsewhere = new Followers(other, `after-${seed}`);
      t.after(async () => {
        there.close();
        elsewhere.close();
        await load.end();
      });
      await Promise.all([load.begin(`r${seed}`), there.areUnderWay(), elsewhere.areUnderWay()]);
      await new Promise((resolve) => setTimeout(resolve, random.below(500)));

      const toldMs = performance.now();
      const told = Promise.resolve(tell(leader)).catch(() => null);
      const before = `"127.0.0.1:${leader.ports.server}"`;
      await waitFor(async () => {
        const named = (await other.request('GET', '/v1/status/leader')).text;
        if (named === before || named === '""') return false;
        return (await other.request('PUT', `/v1/kv/after-${seed}`, how)).status === 200;
      }, `a write under another leader, after ${how}`);
      const tookMs = performance.now() - toldMs;
      assert.ok(tookMs < WITHIN_MS, `${how}: ${Math.round(tookMs)} ms`);
      await Promise.all([told, endsWell(leader, [code])]);
      for (const ended of [await there.subscriber.end(), await there.watch.end()]) {
        assert.equal(ended.code, UNAVAILABLE, `${how}: ${ended.details}`);
      }
      // Who was there follows the same elsewhere, and hears what comes.
      const again = new Followers(other, `after-${seed}`);
      t.after(() => again.close());
      await again.areUnderWay();
      const body = JSON.stringify({ Name: `after-${seed}` });
      assert.equal((await other.request('PUT', '/v1/agent/service/register', body)).status, 200);
      for (const { subscriber } of [elsewhere, again]) await subscriber.hasHeard(new RegExp(`^\\+after-${seed} `));
      assert.equal(elsewhere.watch.ended, null);

      await cluster.startAgain(at);
      await cluster.settled();
      await load.end();
      for (const server of cluster.servers) await waitFor(() => holds(server, load.keys), 'all acknowledged keys');
      for (const [place, server] of cluster.servers.entries()) {
        const kept = (await server.json('/v1/agent/services')) as object;
        const isLost = (name: string): boolean => !Object.hasOwn(kept, name);
        assert.deepEqual([...(load.services[place] ?? [])].filter(isLost), [], `services of server ${place}`);
      }
    });
  }
});
