// The cache of a client agent: an answer is fetched once and then kept current by one blocking query, for all who ask for it; it
// outlives its server, and neither many nor large answers take more than the bound.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';
import fc from 'fast-check';
import { BlockingRead, type ReadOrigin } from '../../../../../src/workers/state/calls/blocking-read.js';
import type { ClientCalls } from '../../../../../src/workers/state/calls/client-calls.js';
import { KeptReads } from '../../../../../src/workers/state/calls/kept-reads.js';
import {
  type HealthEntry,
  instancesOf,
  serviceNodes,
} from '../../../../../src/workers/state/methods/catalog/health.js';
import { isRefusal, type Refusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { waitFor } from '../../../../agent-process.js';
import { runSeed } from '../../../../random.js';
import { CatalogServer, clientOf } from './catalog-server.js';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

interface Told {
  readonly nodes: readonly string[];
  readonly index: number;
  readonly origin: ReadOrigin;
}

/** Whose answer can't be shown. */
class Crashing extends BlockingRead<readonly HealthEntry[]> {
  readonly crashes: unknown[] = [];

  protected override answered(): void {
    throw new Error('not to be shown');
  }

  override refused(): void {}

  override crashed(error: unknown): void {
    this.crashes.push(error);
  }

  protected override parked(): void {}
}

class Asker extends BlockingRead<readonly HealthEntry[]> {
  readonly #settle: (told: Told | Refusal) => void;

  constructor(minIndex: number, settle: (told: Told | Refusal) => void) {
    super({ consistency: 'default', minIndex, waitMs: 60_000, maxStaleMs: 0 });
    this.#settle = settle;
  }

  protected override answered(value: readonly HealthEntry[], index: number, origin: ReadOrigin): void {
    this.#settle({ nodes: value.map(({ node }) => node.Node), index, origin });
  }

  override refused(refusal: Refusal): void {
    this.#settle(refusal);
  }

  override crashed(error: unknown): void {
    throw error;
  }

  protected override parked(): void {}
}

interface Asking {
  readonly told: Promise<Told | Refusal>;
  readonly run: Asker;
}

function cachedCall(service: string, minIndex: number, waitMs: number) {
  return {
    method: serviceNodes,
    request: instancesOf(service),
    settings: { consistency: 'default', minIndex, waitMs, maxStaleMs: 0 },
    datacenter: 'dc1',
    caller: { token: '' },
    cached: 'first',
  } as const;
}

function begin(calls: ClientCalls, service: string, minIndex = 0, waitMs = 60_000): Asking {
  const { promise, resolve } = withResolvers<Told | Refusal>();
  const run = new Asker(minIndex, resolve);
  calls.read(run, cachedCall(service, minIndex, waitMs));
  return { told: promise, run };
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function ask(calls: ClientCalls, service: string, minIndex = 0, waitMs = 60_000): Promise<Told> {
  const told = await begin(calls, service, minIndex, waitMs).told;
  assert.ok(!isRefusal(told), JSON.stringify(told));
  return told;
}

function opened() {
  const server = new CatalogServer();
  const web = (node: string): void =>
    server.catalog.register({ Node: node, Address: '10.0.0.1', Service: { ID: 'web', Service: 'web', Port: 80 } });
  web('n1');
  const calls = clientOf(server);
  return { server, calls, web };
}

test('the first answer is fetched, and the next ones are what became of it', async () => {
  const { server, calls, web } = opened();
  const first = await ask(calls, 'web');
  assert.deepEqual([first.nodes, first.origin.cache], [['n1'], { isHit: false, ageMs: 0 }]);
  await waitFor(() => server.held.size === 1, 'the query behind it');
  assert.deepEqual((await ask(calls, 'web')).origin.cache, { isHit: true, ageMs: 0 });
  assert.equal(server.asked.length, 2);
  web('n2');
  await waitFor(async () => (await ask(calls, 'web')).nodes.length === 2, 'the second instance');
  await waitFor(() => server.held.size === 1, 'the next query');
  assert.deepEqual(
    server.asked.map(({ consistency, minIndex }) => [consistency, minIndex > 0]),
    [
      ['stale', false],
      ['stale', true],
      ['stale', true],
    ],
  );
  calls.stop();
  assert.equal(server.held.size, 0);
});

test('those who ask at the same time share the fetch, and those who wait the query', async () => {
  const { server, calls, web } = opened();
  const all = await Promise.all(Array.from({ length: 20 }, () => ask(calls, 'web')));
  assert.equal(server.asked.length, 1);
  const { index } = all[0] as Told;
  await waitFor(() => server.held.size === 1, 'the query behind it');
  const told: Told[] = [];
  const waiting = Array.from({ length: 300 }, () => ask(calls, 'web', index, 600_000).then((one) => told.push(one)));
  const gone = begin(calls, 'web', index);
  const short = ask(calls, 'web', index, 20);
  assert.equal(calls.waiting, 302);
  gone.run.abort();
  const early = await short;
  assert.deepEqual([early.index, early.nodes], [index, ['n1']]);
  assert.equal(server.held.size, 1);
  try {
    web('n2');
    await waitFor(() => told.length === waiting.length, 'all to be told', 30_000);
  } finally {
    calls.stop();
  }
  for (const one of told) assert.deepEqual([one.nodes, one.index > index], [['n1', 'n2'], true]);
  assert.equal(calls.waiting, 0);
});

test('one whose answer crashes keeps nobody else waiting', async () => {
  const { server, calls, web } = opened();
  const { index } = await ask(calls, 'web');
  await waitFor(() => server.held.size === 1, 'the query behind it');
  const settings = { consistency: 'default', minIndex: index, waitMs: 60_000, maxStaleMs: 0 } as const;
  const crashing = new Crashing(settings);
  calls.read(crashing, cachedCall('web', index, 60_000));
  const next = ask(calls, 'web', index);
  web('n2');
  assert.deepEqual((await next).nodes, ['n1', 'n2']);
  assert.equal(crashing.crashes.length, 1);
  calls.stop();
});

test('a server that answers but cuts off whatever waits is asked ever later', async (context) => {
  const { server, calls } = opened();
  context.after(() => calls.stop());
  server.cutsOffWaits = true;
  await ask(calls, 'web');
  await waitFor(() => server.asked.length >= 4, 'a second query that was to wait');
  await new Promise((resolve) => setTimeout(resolve, 150));
  // The fetch, a query, whether there is a server again, the second query: from then on with pauses.
  assert.equal(server.asked.length, 4);
  server.cutsOffWaits = false;
  await waitFor(() => server.held.size === 1, 'the query that may wait');
});

test('an answer outlives its server, says how old it is, and is fresh again when the server is back', async () => {
  const { server, calls, web } = opened();
  await ask(calls, 'web');
  await waitFor(() => server.held.size === 1, 'the query behind it');
  server.goAway();
  const lost = async (): Promise<number> => (await ask(calls, 'web')).origin.cache?.ageMs ?? 0;
  await waitFor(async () => (await lost()) > 5, 'its age to grow');
  assert.ok(isRefusal(await begin(calls, 'other').told));
  web('n2');
  server.comeBack();
  await waitFor(async () => (await lost()) === 0, 'the server to be asked again');
  assert.deepEqual((await ask(calls, 'web')).nodes, ['n1', 'n2']);
  calls.stop();
});

test('what the stop finds waiting is answered with what there is', async () => {
  const { server, calls } = opened();
  const { index } = await ask(calls, 'web');
  await waitFor(() => server.held.size === 1, 'the query behind it');
  const waiting = ask(calls, 'web', index);
  calls.stop();
  assert.equal((await waiting).index, index);
});

test('what comes after the stop is answered, and not kept', async () => {
  const { server, calls } = opened();
  const first = begin(calls, 'web');
  const next = begin(calls, 'web', 1_000, 200);
  calls.stop();
  for (const { told } of [first, next]) assert.ok(!isRefusal(await told));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([calls.kept.size, calls.waiting, server.held.size], [0, 0, 0]);
});

test('an answer that is too old is asked of the leader', async () => {
  const { server, calls } = opened();
  server.lastContactMs = 9_000;
  const question = { method: serviceNodes, request: instancesOf('web'), datacenter: 'dc1', token: '' };
  const had = await calls.kept.fetch(question, 5_000);
  assert.ok(!isRefusal(had));
  assert.equal(had.answer.origin.lastContactMs, 0);
  assert.deepEqual(
    server.asked.map(({ consistency }) => consistency),
    ['stale', 'default'],
  );
  calls.stop();
});

function bounded(server: CatalogServer, bounds: { answers: number; bytes: number }): KeptReads {
  const { asking } = server;
  return new KeptReads({
    bounds,
    sources: { asking, next: () => ({ name: 'one', address: 'one' }), failed: () => {} },
    fetch: (question, maxStaleMs) =>
      new Promise((resolve, reject) => {
        const settings = { consistency: 'stale', minIndex: 0, waitMs: 0, maxStaleMs } as const;
        asking.read(
          'one',
          question.method,
          question.request,
          settings,
          question.datacenter,
          question.token,
          (answer) => {
            if (answer.ok) resolve(answer);
            else reject(new Error(answer.text));
          },
        );
      }),
  });
}

const question = (service: string) => ({
  method: serviceNodes,
  request: instancesOf(service),
  datacenter: 'dc1',
  token: '',
});

test('whatever is asked, there are no more bytes, answers and queries than the bounds allow', async () => {
  const asked = fc.array(fc.record({ service: fc.nat(12), bytes: fc.nat(3_000) }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(asked, async (questions) => {
      const server = new CatalogServer();
      const kept = bounded(server, { answers: 5, bytes: 40_000 });
      for (const { service, bytes } of questions) {
        server.bytes = bytes;
        await kept.fetch(question(`s${service}`), 0);
        assert.ok(kept.size <= 5 && kept.bytes <= 40_000, `${kept.size} answers, ${kept.bytes} bytes`);
      }
      await waitFor(() => server.held.size === kept.size, 'a query for each answer, and no other');
      kept.stop();
      assert.deepEqual([server.held.size, kept.size, kept.bytes], [0, 0, 0]);
    }),
    { seed: runSeed, numRuns: 30 },
  );
});

test('of the answers that it had, only the last one takes memory', async () => {
  const server = new CatalogServer();
  const kept = bounded(server, { answers: 8, bytes: 1_000_000 });
  const first = await (async () => {
    const had = await kept.fetch(question('web'), 0);
    assert.ok(!isRefusal(had));
    return new WeakRef(had.answer);
  })();
  await waitFor(() => server.held.size === 1, 'the query behind it');
  server.catalog.register({ Node: 'n1', Address: '10.0.0.1', Service: { ID: 'web', Service: 'web', Port: 80 } });
  await waitFor(() => kept.find(question('web'))?.answer.value.length === 1, 'the next answer');
  await waitFor(() => {
    collectGarbage();
    return first.deref() === undefined;
  }, 'the first answer to be collected');
  kept.stop();
});

test('what is asked for again and again is spared by a flood of other questions', async () => {
  const server = new CatalogServer();
  const kept = bounded(server, { answers: 8, bytes: 1_000_000 });
  await kept.fetch(question('busy'), 0);
  for (let i = 0; i < 100; i += 1) {
    assert.notEqual(kept.find(question('busy')), null);
    await kept.fetch(question(`flood${i}`), 0);
  }
  kept.stop();
});

test('what is larger than the whole cache is answered, and not kept', async () => {
  const server = new CatalogServer();
  const kept = bounded(server, { answers: 8, bytes: 10_000 });
  server.bytes = 10_000;
  const had = await kept.fetch(question('large'), 0);
  assert.ok(!isRefusal(had) && had.kept === null);
  assert.deepEqual([kept.size, kept.bytes], [0, 0]);
});
