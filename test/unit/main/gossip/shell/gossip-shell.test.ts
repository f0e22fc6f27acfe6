import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { GossipShell } from '../../../../../src/main/gossip/shell/gossip-shell.js';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { Metrics } from '../../../../../src/observe/metrics.js';
import { freePort } from '../../../../ports.js';
import { protectionWith } from '../protection.js';
import { type Member, member, sees } from './rig.js';

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);
const OTHER_KEY = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);

function roundTrips({ events }: Member, name: string): number {
  return events.filter((event) => event.kind === 'roundTrip' && event.node.name === name).length;
}

function timesSuspected({ events, logged }: Member, name: string): number {
  return (
    logged.filter((line) => line.includes('uspect') && line.includes(name)).length +
    events.filter((event) => event.kind === 'leave' && event.node.name === name).length
  );
}

test('two members join, probe each other, and one notices when the other is gone', async (t) => {
  const a = await member(t, 'a');
  const b = await member(t, 'b');
  assert.deepEqual(await a.shell.join([b.text]), { joined: 1, errors: [] });
  assert.ok(sees(a, 'b', 'alive'));
  await b.until(() => sees(b, 'a', 'alive'));
  await a.until(() => roundTrips(a, 'b') >= 3);
  await b.until(() => roundTrips(b, 'a') >= 3);
  assert.equal(Buffer.from(a.core.node('b')?.meta ?? []).toString(), 'meta-b');
  await b.shell.close();
  await a.until(() => sees(a, 'b', 'dead'));
  assert.ok(a.events.some((event) => event.kind === 'leave' && event.isFailure && event.node.name === 'b'));
});

test('a third member is told of by gossip; members that encrypt and have a label find each other', async (t) => {
  const protection = () => protectionWith({ label: Buffer.from('blue') }, KEY);
  const a = await member(t, 'a', { protection: protection() });
  const b = await member(t, 'b', { protection: protection() });
  const c = await member(t, 'c', { protection: protection() });
  assert.equal((await b.shell.join([a.text])).joined, 1);
  assert.equal((await c.shell.join([`a/${a.text}`])).joined, 1);
  await b.until(() => sees(b, 'c', 'alive'));
  await b.until(() => roundTrips(b, 'c') >= 2);
});

test('a member leaves in peace', async (t) => {
  const a = await member(t, 'a');
  const b = await member(t, 'b');
  assert.equal((await a.shell.join([b.text])).joined, 1);
  await b.until(() => sees(b, 'a', 'alive'));
  a.shell.run((nowMs) => a.core.leave(5000, nowMs));
  await b.until(() => sees(b, 'a', 'left'));
  await a.until(() => a.events.some((event) => event.kind === 'spread' && !event.isTimedOut));
});

test('why a join failed, in the words of memberlist and Go', async (t) => {
  const a = await member(t, 'a');
  const b = await member(t, 'b', { protection: protectionWith({}, KEY) });
  const c = await member(t, 'c', { protection: protectionWith({}, OTHER_KEY) });
  const d = await member(t, 'd', { protection: protectionWith({ label: Buffer.from('red') }) });
  assert.deepEqual(await a.shell.join(['127.0.0.1:1', b.text, '/x', d.text]), {
    joined: 0,
    errors: [
      'Failed to join 127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused',
      `Failed to join ${b.text}: Remote state is encrypted and encryption is not configured`,
      'Failed to resolve /x: empty node name provided',
      `Failed to join ${d.text}: EOF`,
    ],
  });
  assert.deepEqual((await b.shell.join([a.text, c.text])).errors, [
    `Failed to join ${a.text}: Encryption is configured but remote state is not encrypted`,
    `Failed to join ${c.text}: No installed keys could decrypt the message`,
  ]);
});

test('a name is looked up, the default port is our own', async (t) => {
  const a = await member(t, 'a');
  const { joined } = await a.shell.join(['localhost']);
  assert.ok(joined >= 1);
});

test('a taken port is refused in the words of memberlist, in TCP and in UDP', async (t) => {
  const a = await member(t, 'a');
  const options = {
    machine: a.core,
    bindAddress: '127.0.0.1',
    protection: protectionWith(),
    streamTimeoutMs: 100,
    onEvents: () => undefined,
    logger: new Logger('x', new LogSink('error', () => undefined)),
    metrics: null,
    labels: [],
  };
  const { port } = a.address;
  assert.deepEqual(await GossipShell.open({ ...options, bindPort: port }), {
    ok: false,
    error: `Failed to start TCP listener on "127.0.0.1" port ${port}: listen tcp 127.0.0.1:${port}: bind: address already in use`,
  });
  // A leased one: at a port of the kernel's choice somebody's TCP connection may begin.
  const udpPort = await freePort();
  const taken = createSocket('udp4').bind(udpPort, '127.0.0.1');
  t.after(() => taken.close());
  await once(taken, 'listening');
  assert.deepEqual(await GossipShell.open({ ...options, bindPort: udpPort }), {
    ok: false,
    error: `Failed to start UDP listener on "127.0.0.1" port ${udpPort}: listen udp 127.0.0.1:${udpPort}: bind: address already in use`,
  });
  assert.deepEqual(await GossipShell.open({ ...options, bindAddress: '192.0.2.1', bindPort: 0 }), {
    ok: false,
    error:
      'Failed to start TCP listener on "192.0.2.1" port 0: listen tcp 192.0.2.1:0: bind: cannot assign requested address',
  });
});

test('keys are rotated without losing a member', async (t) => {
  const [pa, pb] = [protectionWith({}, KEY), protectionWith({}, KEY)];
  const a = await member(t, 'a', { protection: pa });
  const b = await member(t, 'b', { protection: pb });
  assert.equal((await a.shell.join([b.text])).joined, 1);
  await b.until(() => sees(b, 'a', 'alive'));
  const probed = async (): Promise<void> => {
    const [fromA, fromB] = [roundTrips(a, 'b'), roundTrips(b, 'a')];
    await a.until(() => roundTrips(a, 'b') > fromA + 1);
    await b.until(() => roundTrips(b, 'a') > fromB + 1);
  };
  for (const change of [
    () => pa.keyring.add(OTHER_KEY),
    () => pb.keyring.add(OTHER_KEY),
    () => pa.keyring.use(OTHER_KEY),
    () => pb.keyring.use(OTHER_KEY),
    () => pa.keyring.remove(KEY),
    () => pb.keyring.remove(KEY),
  ]) {
    assert.equal(change(), null);
    await probed();
    assert.deepEqual(await a.shell.exchange(b.address, 'b', false), { ok: true });
  }
  assert.equal(timesSuspected(a, 'b') + timesSuspected(b, 'a'), 0);
});

test('traffic is counted', async (t) => {
  const metrics = new Metrics();
  const a = await member(t, 'a', { shell: { metrics, labels: [['network', 'lan']] } });
  const b = await member(t, 'b');
  assert.equal((await a.shell.join([b.text])).joined, 1);
  assert.equal((await b.shell.join([a.text])).joined, 1);
  await a.until(() => roundTrips(a, 'b') >= 1);
  const { counters, samples } = metrics.report();
  assert.deepEqual(counters.map(({ name }) => name).sort(), [
    'memberlist.tcp.accept',
    'memberlist.tcp.connect',
    'memberlist.tcp.sent',
    'memberlist.udp.received',
    'memberlist.udp.sent',
  ]);
  assert.ok(counters.every(({ labels }) => labels[0]?.[1] === 'lan'));
  assert.deepEqual(
    samples.map(({ name, count }) => [name, count]),
    [['memberlist.pushPullNode', 1]],
  );
});

test('after closing nothing runs any more, and what ran has failed', async (t) => {
  const a = await member(t, 'a');
  const b = await member(t, 'b');
  const running = a.shell.join([b.text]);
  await a.shell.close();
  assert.equal((await running).joined, 0);
  assert.deepEqual(await a.shell.exchange(b.address, 'b', false), { ok: false, error: 'the pool is closed' });
});
