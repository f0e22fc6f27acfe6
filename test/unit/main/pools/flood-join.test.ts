import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MemberStatus, SerfMember } from '../../../../src/main/gossip/serf/pool/member.js';
import { FloodJoin } from '../../../../src/main/pools/flood-join.js';
import type { JoinOutcome } from '../../../../src/main/pools/retry-join.js';
import { Logger, LogSink } from '../../../../src/observe/logger.js';
import { metaOf, recordedNode } from './recorded.js';

const SERVER = recordedNode('LAN', 'srv1').tags;
const CLIENT = recordedNode('LAN', 'cli1').tags;

type Tags = typeof SERVER;

function member(name: string, tags: Tags, status: MemberStatus = 'alive', last = 1): SerfMember {
  const address = { ip: Uint8Array.of(10, 0, 0, last), port: 8301 };
  return { name, address, meta: metaOf(tags), versionBytes: null, status, statusLTime: 0 };
}

class Rig {
  readonly wan = new Set<string>(['own.dc1']);
  readonly attempts: string[] = [];
  readonly log: string[] = [];
  readonly flood: FloodJoin;
  readonly #answers: ((outcome: JoinOutcome) => void)[] = [];

  constructor() {
    const sink = new LogSink('trace', ({ level, message, fields }) =>
      this.log.push(`${level} ${message} ${JSON.stringify(fields)}`),
    );
    this.flood = new FloodJoin({
      datacenter: 'dc1',
      isInWan: (name) => this.wan.has(name),
      join: (address) => {
        this.attempts.push(address);
        return new Promise((resolve) => this.#answers.push(resolve));
      },
      logger: new Logger('agent.server', sink),
    });
  }

  /** Of the attempt that has run longest. */
  async answer(error: string): Promise<void> {
    this.#answers.shift()?.({ joined: error === '' ? 1 : 0, error });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a server that appears in the LAN pool is joined in the WAN pool, at once and only once', async () => {
  const rig = new Rig();
  rig.flood.changed(member('srv2', { ...SERVER, wan_join_port: '9302' }, 'alive', 2));
  assert.deepEqual(rig.attempts, ['srv2.dc1/10.0.0.2:9302']);
  rig.flood.round();
  assert.equal(rig.attempts.length, 1, 'while it is under way');
  rig.wan.add('srv2.dc1');
  await rig.answer('');
  rig.flood.round();
  assert.equal(rig.attempts.length, 1);
  assert.match(rig.log.join('\n'), /^debug Successfully performed flood-join .*srv2\.dc1.*10\.0\.0\.2:9302/);
});

test('whom joining failed is tried again in the next round, and never when it has gone or is known from elsewhere', async () => {
  const rig = new Rig();
  for (const name of ['srv2', 'srv3', 'srv4']) rig.flood.changed(member(name, SERVER));
  for (let i = 0; i < 3; i += 1) await rig.answer('connection refused');
  assert.equal(rig.attempts.length, 3);
  assert.match(rig.log[0] ?? '', /^warn Failed to flood-join .*connection refused/);
  rig.flood.changed(member('srv3', SERVER, 'failed'));
  rig.wan.add('srv4.dc1');
  rig.flood.round();
  assert.deepEqual(
    rig.attempts.slice(3).map((address) => address.split('/')[0]),
    ['srv2.dc1'],
  );
});

test('clients, servers without a WAN pool, of elsewhere, or that are gone, are no business of the WAN pool', () => {
  const rig = new Rig();
  const { wan_join_port: _, ...without } = SERVER;
  rig.flood.changed(member('cli1', CLIENT));
  rig.flood.changed(member('cli2', { ...CLIENT, wan_join_port: '8302' }));
  rig.flood.changed(member('srv2', without));
  rig.flood.changed(member('srv3', { ...SERVER, dc: 'dc2' }));
  rig.flood.changed(member('srv4', SERVER, 'failed'));
  rig.flood.changed(member('srv5', { ...SERVER, wan_join_port: 'x' }));
  rig.flood.changed(member('own', SERVER));
  rig.flood.round();
  assert.deepEqual(rig.attempts, []);
});

test('servers that do not answer hold up nobody else for long: eight at a time, the next as soon as one is over', async () => {
  const rig = new Rig();
  for (let i = 1; i <= 10; i += 1) rig.flood.changed(member(`srv${i}`, SERVER));
  assert.equal(rig.attempts.length, 8);
  await rig.answer('i/o timeout');
  assert.equal(rig.attempts.length, 9);
  rig.wan.add('srv10.dc1');
  await rig.answer('i/o timeout');
  assert.equal(rig.attempts.length, 9, 'others have told of it');
  await rig.answer('i/o timeout');
  assert.equal(rig.attempts.length, 9, 'whom it failed waits for the next round');
});

test('an address that changed is tried at once; after the stop nothing is', async () => {
  const rig = new Rig();
  rig.flood.changed(member('srv2', SERVER));
  await rig.answer('connection refused');
  rig.flood.changed(member('srv2', SERVER));
  assert.equal(rig.attempts.length, 1);
  rig.flood.changed(member('srv2', { ...SERVER, wan_join_port: '9302' }));
  assert.equal(rig.attempts.length, 2);
  rig.flood.stop();
  const logged = rig.log.length;
  await rig.answer('closed');
  rig.flood.round();
  rig.flood.changed(member('srv3', SERVER));
  assert.equal(rig.attempts.length, 2);
  assert.equal(rig.log.length, logged);
});
