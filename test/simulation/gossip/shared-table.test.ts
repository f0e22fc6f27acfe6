// Tables that share records, as simulated pools do: whatever is said about members, a table that began with shared records
// ends as one that has its own, and the shared ones stay as they were.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GossipCore } from '../../../src/main/gossip/core/gossip-core.js';
import { NO_HOOKS } from '../../../src/main/gossip/core/hooks.js';
import type { NodeRecord } from '../../../src/main/gossip/core/node.js';
import { LAN } from '../../../src/main/gossip/core/settings.js';
import {
  addressOfNode,
  aliveMessage,
  deadMessage,
  N1,
  seeded,
  suspectMessage,
  VERSIONS,
} from '../../unit/main/gossip/core/rig.js';
import { SharedNodes, SharedTable } from './shared-table.js';

function record(name: string): NodeRecord {
  return {
    name,
    address: addressOfNode(name),
    meta: new Uint8Array(0),
    versionBytes: VERSIONS,
    versions: null,
    incarnation: 1,
    state: 'alive',
    changedMs: 0,
    suspicion: null,
  };
}

function sharedOf(...names: readonly string[]): SharedNodes {
  return new SharedNodes(names.map(record));
}

function startedCore(shared?: SharedNodes): GossipCore {
  const random = seeded(3);
  const options = { self: N1, settings: LAN, hooks: NO_HOOKS, random, layerOverhead: () => 0 };
  const core = new GossipCore(shared === undefined ? options : { ...options, table: new SharedTable(random, shared) });
  core.start(new Uint8Array(0), 0);
  return core;
}

const OTHERS = ['n2', 'n3', 'n4', 'n5'];

/** What the two cores know, whatever the order. */
function known(core: GossipCore): unknown[] {
  return core.nodes
    .map(({ name, state, incarnation, suspicion }) => ({ name, state, incarnation, isSuspect: suspicion !== null }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

test('a record is copied when it is changed first, and keeps its place', () => {
  const shared = sharedOf('n1', 'n2', 'n3');
  const [a, b] = [new SharedTable(seeded(1), shared), new SharedTable(seeded(2), shared)];
  const before = a.nodes.map(({ name }) => name);
  const node = a.get('n2');
  assert.ok(node !== undefined && node === b.get('n2'));
  const own = a.change(node);
  own.incarnation = 7;
  assert.equal(a.get('n2'), own);
  assert.equal(a.change(own), own);
  assert.equal(b.get('n2')?.incarnation, 1);
  assert.deepEqual(
    a.nodes.map(({ name }) => name),
    before,
  );
  assert.ok(a.nodes.includes(own) && !a.nodes.includes(node));
});

test('a forgotten member does not come back from the shared records, but may be met again', () => {
  const table = new SharedTable(seeded(1), sharedOf('n1', 'n2'));
  const node = table.get('n2');
  assert.ok(node !== undefined);
  Object.assign(table.change(node), { state: 'dead', changedMs: 5 });
  table.forgetAndShuffle(6);
  assert.equal(table.get('n2'), undefined);
  assert.equal(table.size, 1);
  const again = { ...record('n2'), incarnation: 9 };
  table.add(again);
  assert.equal(table.get('n2'), again);
  assert.equal(table.change(again), again);
});

test('a core with shared records learns what one with its own learns', () => {
  const message = fc.record({
    kind: fc.constantFrom('alive', 'suspect', 'dead'),
    name: fc.constantFrom('n1', ...OTHERS, 'n6'),
    from: fc.constantFrom(...OTHERS),
    incarnation: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 30, size: 'max' }), (messages) => {
      const shared = sharedOf('n1', ...OTHERS);
      const cores = [startedCore(), startedCore(shared)];
      for (const name of OTHERS) cores[0]?.receive(aliveMessage(name), addressOfNode(name), 0);
      for (const { kind, name, from, incarnation } of messages) {
        const accuse = kind === 'dead' ? deadMessage : suspectMessage;
        const packet = kind === 'alive' ? aliveMessage(name, incarnation) : accuse(name, from, incarnation);
        for (const core of cores) core.receive(packet, addressOfNode(from), 0);
        const [own, sharing] = cores.map(known);
        assert.deepEqual(sharing, own);
      }
      for (const node of shared.list) assert.deepEqual(node, record(node.name));
    }),
  );
});
