// How long a push/pull of a large pool holds the event loop that it shares with everything else on the main thread: two
// shells of ten thousand members each, on loopback. Decides how finely the work is cut (src/main/gossip/shell/turns.ts).
// Usage: node dist/bench/micro/push-pull.js [members] [exchanges]

import { randomBytes, randomUUID } from 'node:crypto';
import { GossipCore } from '../../src/main/gossip/core/gossip-core.js';
import { NO_HOOKS } from '../../src/main/gossip/core/hooks.js';
import type { GossipEvent } from '../../src/main/gossip/core/output.js';
import { LAN } from '../../src/main/gossip/core/settings.js';
import { GossipShell } from '../../src/main/gossip/shell/gossip-shell.js';
import { mapOf, text, written } from '../../src/main/gossip/wire/codec.js';
import type { PushPullNode } from '../../src/main/gossip/wire/messages.js';
import { Logger, LogSink } from '../../src/observe/logger.js';
import { protectionWith } from '../../test/unit/gossip/protection.js';

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
  readonly core: GossipCore;
  readonly shell: GossipShell<GossipEvent>;
}

async function open(name: string, key: Uint8Array | null): Promise<Side> {
  const core = new GossipCore({
    self: { name, address: { ip: LOOPBACK, port: 8301 }, versionBytes: VERSIONS, bindPort: 8301 },
    settings: QUIET,
    hooks: NO_HOOKS,
    random: Math.random,
    layerOverhead: () => 0,
  });
  const opened = await GossipShell.open<GossipEvent>({
    machine: core,
    bindAddress: '127.0.0.1',
    bindPort: 0,
    protection: protectionWith({}, ...(key === null ? [] : [key])),
    streamTimeoutMs: 10_000,
    allows: null,
    onEvents: () => undefined,
    logger: new Logger('bench', new LogSink('warn', ({ message }) => console.log(message))),
    metrics: null,
    labels: [],
  });
  if (!opened.ok) throw new Error(opened.error);
  opened.shell.run((nowMs) => core.start(new Uint8Array(0), nowMs));
  return { core, shell: opened.shell };
}

/** Watches the turns of the loop, which never rests meanwhile. */
function watchTurns(): () => { readonly longestMs: number; readonly cpuMs: number } {
  let longestMs = 0;
  let lastMs = performance.now();
  let isOver = false;
  const cpu = process.cpuUsage();
  const look = (): void => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  return () => {
    isOver = true;
    const { user, system } = process.cpuUsage(cpu);
    return { longestMs, cpuMs: (user + system) / 1000 };
  };
}

async function measure(title: string, from: Side, to: Side): Promise<void> {
  const watched = watchTurns();
  const beganMs = performance.now();
  const exchanged = await from.shell.exchange({ ip: LOOPBACK, port: to.shell.boundPort }, 'b', false);
  const tookMs = performance.now() - beganMs;
  // The other side may still be merging.
  for (let i = 0; i < 200; i += 1) await new Promise((resolve) => setImmediate(resolve));
  const { longestMs, cpuMs } = watched();
  if (!exchanged.ok) throw new Error(exchanged.error);
  const memory = process.memoryUsage();
  const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0);
  console.log(
    `${title.padEnd(34)}longest turn ${longestMs.toFixed(1).padStart(6)} ms, exchange ${tookMs.toFixed(0).padStart(5)} ms, ` +
      `${cpuMs.toFixed(0)} ms CPU; heap ${mebibytes(memory.heapUsed)}, buffers ${mebibytes(memory.arrayBuffers)}, ` +
      `resident ${mebibytes(memory.rss)} MiB`,
  );
}

const nodes = poolNodes();
for (const [kind, key] of [
  ['plain', null],
  ['encrypted', randomBytes(32)],
] as const) {
  const full = await open(`full-${kind}`, key);
  const other = await open(`other-${kind}`, key);
  full.shell.run((nowMs) => full.core.merge({ isJoin: true, nodes, userState: null }, nowMs));
  await measure(`${kind}, ${members} members new`, other, full);
  for (let i = 0; i < exchanges; i += 1) await measure(`${kind}, ${members} members known`, other, full);
  await full.shell.close();
  await other.shell.close();
}
