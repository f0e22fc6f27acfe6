// How long a push/pull of a large pool holds the event loop that it shares with everything else on the main thread: with
// another shell of ten thousand members, on a thread of its own, over loopback; Serf and the rules of Consul's LAN pool are on
// top. Decides how finely the work is cut (src/main/gossip/shell/turns.ts).
// Usage: node dist/bench/micro/push-pull.js [members] [exchanges]

import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { LAN } from '../../src/main/gossip/core/settings.js';
import { CONSUL_SERF } from '../../src/main/gossip/serf/pool/options.js';
import type { SerfEvent } from '../../src/main/gossip/serf/pool/output.js';
import { EVENT_SLOTS, STATE, serfState } from '../../src/main/gossip/serf/protocol/messages.js';
import { SerfCore } from '../../src/main/gossip/serf/serf-core.js';
import { GossipShell } from '../../src/main/gossip/shell/gossip-shell.js';
import type { PushPullNode } from '../../src/main/gossip/wire/messages.js';
import { lanMergeRules } from '../../src/main/pools/merge-rules.js';
import { encode, written } from '../../src/msgpack/codec.js';
import { mapOf } from '../../src/msgpack/collections.js';
import { text } from '../../src/msgpack/kinds.js';
import { Logger, LogSink } from '../../src/observe/logger.js';
import { protectionWith } from '../../test/unit/main/gossip/protection.js';
import { ownThreadMs } from '../process-usage.js';

const members = Number(process.argv[2] ?? 10_000);
const exchanges = Number(process.argv[3] ?? 5);

const LOOPBACK = Uint8Array.of(127, 0, 0, 1);
const VERSIONS = Uint8Array.of(1, 5, 2, 2, 5, 4);
/** Nothing but the exchanges is to be seen. */
const QUIET = { ...LAN, probeIntervalMs: 1e9, gossipIntervalMs: 1e9, pushPullIntervalMs: 0 };

/** About 250 bytes, as a client of a real pool has them. */
function tags(i: number): Uint8Array {
  const pairs = new Map([
    ['role', 'node'],
    ['dc', 'dc1'],
    ['segment', ''],
    ['id', randomUUID()],
    ['vsn', '2'],
    ['vsn_min', '2'],
    ['vsn_max', '3'],
    ['build', '1.21.4:59b8b905'],
    ['ap', 'default'],
    ['zone', `eu-west-1${'abc'[i % 3]}`],
    ['rack', `rack-${i % 40}`],
    ['instance', `i-${randomBytes(9).toString('hex')}`],
    ['image', `ami-${randomBytes(9).toString('hex')}`],
  ]);
  return written((writer) => {
    writer.byte(0xff);
    mapOf(text).write(writer, pairs);
  });
}

function poolNodes(): PushPullNode[] {
  return Array.from({ length: members }, (_, i) => ({
    Name: `ip-10-${i >> 16}-${(i >> 8) & 255}-${i & 255}.eu-west-1.compute.internal`,
    Addr: Uint8Array.of(10, i >> 16, (i >> 8) & 255, i & 255),
    Port: 8301,
    Meta: tags(i),
    Incarnation: 1 + (i % 9),
    State: 0,
    Vsn: VERSIONS,
  }));
}

interface Side {
  readonly core: SerfCore;
  readonly shell: GossipShell<SerfEvent>;
}

async function open(name: string, key: Uint8Array | null): Promise<Side> {
  const nodeId = randomUUID();
  const core = new SerfCore({
    self: { name, address: { ip: LOOPBACK, port: 8301 }, versionBytes: VERSIONS, bindPort: 8301 },
    gossip: QUIET,
    serf: CONSUL_SERF,
    tags: new Map([
      ['role', 'node'],
      ['dc', 'dc1'],
      ['id', nodeId],
    ]),
    rules: lanMergeRules({ name, nodeId, datacenter: 'dc1', isAllowedAddress: () => true }),
    random: Math.random,
    layerOverhead: () => 0,
    keyring: null,
    restored: null,
  });
  const opened = await GossipShell.open<SerfEvent>({
    machine: core,
    bindAddress: '127.0.0.1',
    bindPort: 0,
    protection: protectionWith({}, ...(key === null ? [] : [key])),
    streamTimeoutMs: 10_000,
    onEvents: () => undefined,
    logger: new Logger('bench', new LogSink('warn', ({ message }) => console.log(message))),
    metrics: null,
    labels: [],
  });
  if (!opened.ok) throw new Error(opened.error);
  const problem = opened.shell.run((nowMs) => core.start(nowMs));
  if (problem !== null) throw new Error(problem);
  return { core, shell: opened.shell };
}

interface Longest {
  ms: number;
  ownMs: number;
}

/** Watches the turns of the loop, which never rests meanwhile. */
function watchTurns(): () => Longest {
  const longest: Longest = { ms: 0, ownMs: 0 };
  let isOver = false;
  let last: Longest = { ms: performance.now(), ownMs: ownThreadMs() };
  const look = (): void => {
    const now: Longest = { ms: performance.now(), ownMs: ownThreadMs() };
    longest.ms = Math.max(longest.ms, now.ms - last.ms);
    longest.ownMs = Math.max(longest.ownMs, now.ownMs - last.ownMs);
    last = now;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  return () => {
    isOver = true;
    return longest;
  };
}

async function measure(title: string, exchange: () => Promise<void>): Promise<void> {
  const watched = watchTurns();
  const beganMs = performance.now();
  const beganOwnMs = ownThreadMs();
  await exchange();
  const tookMs = performance.now() - beganMs;
  const tookOwnMs = ownThreadMs() - beganOwnMs;
  // The accepting side may still be merging.
  for (let i = 0; i < 200; i += 1) await new Promise((resolve) => setImmediate(resolve));
  const longest = watched();
  const memory = process.memoryUsage();
  const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0);
  console.log(
    `${title.padEnd(36)}longest turn ${longest.ms.toFixed(1).padStart(6)} ms (own time ${longest.ownMs.toFixed(1).padStart(4)}), exchange ${tookMs.toFixed(0).padStart(5)} ms (own ${tookOwnMs.toFixed(0)}); ` +
      `heap ${mebibytes(memory.heapUsed)}, buffers ${mebibytes(memory.arrayBuffers)} MiB`,
  );
}

async function exchangeWith(from: Side, port: number): Promise<void> {
  const exchanged = await from.shell.exchange({ ip: LOOPBACK, port }, 'other', false);
  if (!exchanged.ok) throw new Error(exchanged.error);
}

/** The other member: it knows the whole pool, and begins an exchange with the port that it is told. */
async function serve(key: Uint8Array | null): Promise<void> {
  const side = await open('full', key);
  const nodes = poolNodes();
  const state = {
    LTime: 2,
    StatusLTimes: new Map(nodes.map(({ Name }) => [Name, 1])),
    LeftMembers: null,
    EventLTime: 1,
    Events: new Array<null>(EVENT_SLOTS).fill(null),
    QueryLTime: 1,
  };
  const merging = side.core.startMerge({ isJoin: true, nodes, userState: encode(serfState, state, STATE) });
  while (side.shell.run((nowMs) => merging.step(nowMs)));
  if (merging.problem !== null) throw new Error(merging.problem);
  parentPort?.on('message', (port: number) => {
    void exchangeWith(side, port).then(() => parentPort?.postMessage('done'));
  });
  parentPort?.postMessage(side.shell.boundPort);
}

async function compare(kind: string, key: Uint8Array | null): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { key }, argv: process.argv.slice(2) });
  const [port] = (await once(worker, 'message')) as [number];
  const side = await open('own', key);
  await measure(`${kind}, begun by us, all new`, () => exchangeWith(side, port));
  for (let i = 0; i < exchanges; i += 1) {
    await measure(`${kind}, begun by us`, () => exchangeWith(side, port));
    await measure(`${kind}, begun by the other`, async () => {
      worker.postMessage(side.shell.boundPort);
      await once(worker, 'message');
    });
  }
  await side.shell.close();
  await worker.terminate();
}

if (isMainThread) {
  console.log(`${members} members`);
  await compare('plain', null);
  await compare('encrypted', randomBytes(32));
} else {
  const { key } = workerData as { readonly key: Uint8Array | null };
  await serve(key);
}
