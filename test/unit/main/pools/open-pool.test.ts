// A pool of Consul's on its sockets: whom its allowed networks keep out, and what it measures.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ALIVE, PING } from '../../../../src/main/gossip/wire/message-types.js';
import { alive, type PushPullNode, ping } from '../../../../src/main/gossip/wire/messages.js';
import { sealPacket } from '../../../../src/main/gossip/wire/packet.js';
import { sealStream } from '../../../../src/main/gossip/wire/stream-sealing.js';
import { GossipPool } from '../../../../src/main/pools/gossip-pool.js';
import { lanProfile } from '../../../../src/main/pools/profile.js';
import { encode } from '../../../../src/msgpack/codec.js';
import { Logger, LogSink } from '../../../../src/observe/logger.js';
import { Metrics } from '../../../../src/observe/metrics.js';
import { waitFor } from '../../../agent-process.js';
import { freePort } from '../../../ports.js';
import { protectionWith } from '../gossip/protection.js';
import { configOf, recordedNode } from './recorded.js';

const SILENT = new Logger('test', new LogSink('error', () => undefined));
const DEADLINE_MS = 20_000;
const INSIDE = '127.0.0.1';
const OUTSIDE = '127.0.0.2';

interface RunningPool {
  readonly pool: GossipPool;
  readonly metrics: Metrics;
  readonly port: number;
}

async function openPool(t: TestContext, node: string, ...flags: readonly string[]): Promise<RunningPool> {
  const port = await freePort();
  const config = configOf('-dev', '-bind', INSIDE, '-node', node, '-serf-lan-port', String(port), ...flags);
  const metrics = new Metrics();
  const opened = await GossipPool.open({
    profile: lanProfile(config),
    config,
    logger: SILENT,
    metrics,
    observer: {
      onMembers: () => undefined,
      onSuspected: () => undefined,
      onUserEvent: () => undefined,
      onQuit: () => undefined,
    },
  });
  assert.ok(opened.ok, opened.ok ? '' : opened.error);
  t.after(() => opened.value.close());
  return { pool: opened.value, metrics, port };
}

/** A client agent of the recorded pool by another name, somewhere. */
function stranger(name: string, address: readonly number[]): PushPullNode {
  const { Meta, Vsn, Port } = recordedNode('LAN', 'cli1');
  const Addr = Uint8Array.from(address);
  // Its node ID is one of its own, as long as the recorded one.
  const meta = Buffer.from(Meta ?? []);
  meta.write(name, meta.indexOf('444') - name.length);
  return { Name: name, Addr, Port, Meta: meta, Incarnation: 1, State: 0, Vsn };
}

/** Joins the pool over a connection that comes from `localAddress`; resolves when the answer has come. */
async function joinFrom({ port }: RunningPool, localAddress: string, nodes: readonly PushPullNode[]): Promise<void> {
  const socket = connect({ host: INSIDE, port, localAddress, allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.write(sealStream({ type: 'pushPull', body: { isJoin: true, nodes, userState: null } }, protectionWith()));
  socket.resume();
  await once(socket, 'end');
  socket.end();
}

test('allowed networks judge where a member is said to be, and by what packet, but no connection', async (t) => {
  const running = await openPool(t, 'a', '-serf-lan-allowed-cidrs', `${INSIDE}/32`);
  const { pool, port } = running;
  await joinFrom(running, OUTSIDE, [stranger('b1', [127, 0, 0, 1]), stranger('b2', [127, 0, 0, 2])]);
  await waitFor(() => pool.member('b1') !== undefined, 'the member behind another address to be taken in', DEADLINE_MS);
  assert.equal(pool.member('b2'), undefined);

  const sent = async (socketAddress: string, ...messages: readonly Uint8Array[]) => {
    const socket = createSocket('udp4').bind(0, socketAddress);
    t.after(() => socket.close());
    await once(socket, 'listening');
    for (const message of messages) socket.send(sealPacket(message, protectionWith(), false), port, INSIDE);
    return socket;
  };
  const news = (node: PushPullNode) => encode(alive, { ...node, Node: node.Name }, ALIVE);
  const question = encode(ping, { SeqNo: 7, Node: 'a', SourceAddr: null, SourcePort: 0, SourceNode: '' }, PING);
  const outside = await sent(OUTSIDE, news(stranger('c1', [127, 0, 0, 1])), question);
  // Packets are taken in their order: what came before the ping has been judged when it is answered.
  await once(outside, 'message');
  assert.equal(pool.member('c1'), undefined);
  await sent(INSIDE, news(stranger('c2', [127, 0, 0, 1])));
  await waitFor(() => pool.member('c2') !== undefined, 'news from inside to be believed', DEADLINE_MS);
});

test('rounds of gossip and probes are measured', async (t) => {
  const a = await openPool(t, 'a');
  const b = await openPool(t, 'b');
  assert.equal((await b.pool.join([`${INSIDE}:${a.port}`])).joined, 1);
  const counted = new Map<string, number>();
  await waitFor(
    () => {
      for (const { name, labels, count, sum } of a.metrics.report().samples) {
        assert.deepEqual(labels, [['network', 'lan']]);
        assert.ok(sum >= 0 && sum < DEADLINE_MS * count, `${name} took ${sum} ms`);
        counted.set(name, (counted.get(name) ?? 0) + count);
      }
      return (counted.get('memberlist.gossip') ?? 0) > 1 && (counted.get('memberlist.probeNode') ?? 0) > 1;
    },
    'both to be measured',
    DEADLINE_MS,
  );
});
