// Three servers with two readers each lose their leader, and then their majority, under reads and writes: on whichever thread a
// client's connection is, a default read misses nothing that was acknowledged before it, stale reads go on, blocking queries
// wake, and where nobody leads every thread says so.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type AgentProcess, waitFor } from '../../agent-process.js';
import { ThreeServers } from '../cluster/three-servers.js';
import { ManyConnections, readerSettings, waitForReaders, withoutReaders } from './readers.js';

const READERS = 2;
/** So many that each of the three threads of a server has some of them. */
const CONNECTIONS = 24;
const PAUSE_MS = 20;
const KEY = '/v1/kv/counter';

interface Asked {
  readonly server: AgentProcess;
  readonly clients: ManyConnections;
  /** Others, for what waits. */
  readonly watchers: ManyConnections;
}

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What the clients of all servers do until it is over. The counter's writer goes from server to server, as its writes fail. */
class Load {
  /** The highest value whose write was acknowledged. */
  acknowledged = 0;
  defaultReads = 0;
  staleReads = 0;
  #isOver = false;
  readonly #loops: readonly Promise<void>[];

  constructor(asked: readonly Asked[]) {
    this.#loops = [
      this.#write(asked),
      ...asked.flatMap(({ clients }) => [this.#read(clients, '?raw'), this.#read(clients, '?raw&stale')]),
    ];
    for (const loop of this.#loops) loop.catch(() => {});
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
  }

  async #write(asked: readonly Asked[]): Promise<void> {
    for (let [value, at] = [1, 0]; !this.#isOver; value += 1) {
      const answer = await asked[at % asked.length]?.clients.ask(value, 'PUT', KEY, String(value)).catch(() => null);
      if (answer?.status === 200) this.acknowledged = value;
      else at += 1;
      await pass(PAUSE_MS);
    }
  }

  /** Each read comes by the next connection. */
  async #read(clients: ManyConnections, query: '?raw' | '?raw&stale'): Promise<void> {
    for (let by = 0; !this.#isOver; by += 1) {
      const floor = this.acknowledged;
      const answer = await clients.ask(by, 'GET', KEY + query).catch(() => null);
      if (answer?.status === 200) this.#look(query, floor, Number(answer.text));
      await pass(PAUSE_MS);
    }
  }

  #look(query: string, floor: number, value: number): void {
    if (query === '?raw&stale') {
      this.staleReads += 1;
      return;
    }
    this.defaultReads += 1;
    assert.ok(value >= floor, `${value} is read after ${floor} was acknowledged`);
  }
}

describe('three servers with two readers each', { skip: withoutReaders }, () => {
  const cluster = new ThreeServers(readerSettings(READERS));
  const all: Asked[] = [];
  /** The servers that run. */
  let running: Asked[] = [];

  before(async () => {
    await cluster.startServers();
    await cluster.settled();
    for (const server of cluster.servers) {
      await waitForReaders(server, READERS);
      const [clients, watchers] = [
        new ManyConnections(server, CONNECTIONS),
        new ManyConnections(server, 2 * CONNECTIONS),
      ];
      all.push({ server, clients, watchers });
    }
    running = [...all];
  });
  after(async () => {
    for (const { clients, watchers } of all) for (const each of [clients, watchers]) each.close();
    await cluster.stop();
  });

  const killLeader = async (): Promise<void> => {
    const leader = cluster.servers[await cluster.leader()];
    running = running.filter(({ server }) => server !== leader);
    await leader?.kill();
  };

  /** Blocking queries on connections to each thread of each server; resolves with the texts of those that weren't cut off. */
  const watch = async (index: number): Promise<readonly string[]> => {
    const waiting = running.flatMap(({ watchers }) =>
      Array.from({ length: 2 * CONNECTIONS }, (_none, by) => {
        const path = `/v1/kv/watched?raw&wait=600s&index=${index}${by < CONNECTIONS ? '' : '&stale'}`;
        return watchers.ask(by, 'GET', path).catch(() => null);
      }),
    );
    return (await Promise.all(waiting)).flatMap((answer) => (answer === null ? [] : [answer.text]));
  };

  const put = async (key: string, value: string): Promise<number> => {
    const { clients } = running[0] ?? assert.fail();
    const isDone = async () => (await clients.ask(0, 'PUT', `/v1/kv/${key}`, value)).status === 200;
    await waitFor(isDone, `the write of ${key}`);
    return Number((await clients.ask(0, 'GET', `/v1/kv/${key}`)).headers['x-consul-index']);
  };

  it('lose their leader: no read misses what was acknowledged, and reads and writes go on', async (context) => {
    const index = await put('watched', 'before');
    const load = new Load(running);
    context.after(() => load.end());
    await waitFor(() => load.acknowledged > 20 && load.defaultReads > 60 && load.staleReads > 60, 'some load');
    const waiting = watch(index);
    await killLeader();
    const atDeath = { acknowledged: load.acknowledged, defaultReads: load.defaultReads, staleReads: load.staleReads };
    await waitFor(
      () =>
        load.acknowledged > atDeath.acknowledged + 20 &&
        load.defaultReads > atDeath.defaultReads + 60 &&
        load.staleReads > atDeath.staleReads + 60,
      'reads and writes to go on under another leader',
    );
    await load.end();
    await put('watched', 'after');
    const texts = await waiting;
    assert.equal(texts.length, running.length * 2 * CONNECTIONS);
    assert.deepEqual([...new Set(texts)], ['after']);
    for (const { clients } of running) {
      const values = (await clients.askAll('GET', `${KEY}?raw`)).map(({ text }) => Number(text));
      assert.ok(Math.min(...values) >= load.acknowledged, `${values} after ${load.acknowledged}`);
    }
  });

  it('lose their majority: every thread says that nobody leads, and stale reads are answered as before', async () => {
    const say = async ({ clients }: Asked, path: string): Promise<string[]> => {
      const answers = await clients.askAll('GET', path);
      return [...new Set(answers.map(({ status, text }) => `${status} ${text}`))];
    };
    const stale = '/v1/kv/watched?raw&stale';
    await put('watched', 'again');
    for (const one of running) {
      await waitFor(async () => String(await say(one, stale)) === '200 again', 'a server to know what is committed');
    }
    await killLeader();
    const left = running[0] ?? assert.fail();
    let said: readonly string[] = [];
    await waitFor(async () => {
      said = await say(left, `${KEY}?raw`);
      return said.length === 1 && said[0] === '500 No cluster leader';
    }, 'every thread to say that nobody leads').catch((error: unknown) => {
      throw new Error(`${error}: ${said}`);
    });
    assert.deepEqual(await say(left, stale), ['200 again']);
    for (const { headers } of await left.clients.askAll('GET', stale)) {
      assert.equal(headers['x-consul-knownleader'], 'false');
    }
  });
});
