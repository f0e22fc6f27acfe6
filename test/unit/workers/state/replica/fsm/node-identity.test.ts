import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, createSession, deregister, register, service, TestStore } from '../store/commands.js';

const ID1 = '11111111-0000-4000-8000-000000000001';
const ID2 = '22222222-0000-4000-8000-000000000002';
const web = service({ ID: 'web' });

function serf(Node: string, Status: string) {
  return check({ Node, CheckID: 'serfHealth', Status });
}

test('a known ID under a new name is a rename: the old node goes with all it had', () => {
  const store = new TestStore();
  store.runAll(register({ ID: ID1, Node: 'old', Service: web, Check: serf('old', 'passing') }));
  store.runAll(createSession({ ID: 's', Node: 'old' }));
  store.runAll(register({ ID: ID1, Node: 'new' }));
  assert.equal(store.catalog.node('old'), undefined);
  assert.equal(store.catalog.node('new')?.CreateIndex, 1);
  assert.equal(store.catalog.node('new')?.ModifyIndex, 3);
  assert.equal(store.catalog.nodeById(ID1)?.Node, 'new');
  assert.equal(store.catalog.serviceInstances('web').value.length, 0);
  assert.equal(store.sessions.session('s').value, null);
});

test('a rename onto a healthy node of another ID is refused, onto a critical one it takes its place', () => {
  const store = new TestStore();
  store.runAll(
    register({ ID: ID1, Node: 'a', Address: '10.0.0.1' }),
    register({ ID: ID2, Node: 'b', Address: '10.0.0.2', Check: serf('b', 'passing') }),
  );
  const refused = store.run(register({ ID: ID1, Node: 'b', Address: '10.0.0.1' }));
  assert.deepEqual(refused, {
    kind: 'error',
    text:
      `failed inserting node: Error while renaming Node ID: "${ID1}" (10.0.0.1): ` +
      `Node name b is reserved by node ${ID2} with name b (10.0.0.2)`,
  });
  assert.ok(store.catalog.node('a'), 'nothing of it was done');
  store.runAll(register({ Node: 'b', ID: ID2, Address: '10.0.0.2', Check: serf('b', 'critical') }));
  store.runAll(register({ ID: ID1, Node: 'b', Address: '10.0.0.1' }));
  assert.equal(store.catalog.node('a'), undefined);
  assert.equal(store.catalog.node('b')?.ID, ID1);
  assert.equal(store.catalog.nodeById(ID2), undefined);
});

test('a new ID for a known name is refused while that node is healthy', () => {
  const store = new TestStore();
  store.runAll(register({ ID: ID1, Node: 'a', Service: web, Check: serf('a', 'passing') }));
  assert.deepEqual(store.run(register({ ID: ID2, Node: 'a' })), {
    kind: 'error',
    text:
      `failed inserting node: Error while renaming Node ID: "${ID2}": ` +
      `Node name a is reserved by node ${ID1} with name a (10.0.0.1)`,
  });
  store.runAll(register({ ID: ID1, Node: 'a', Check: serf('a', 'critical') }));
  store.runAll(register({ ID: ID2, Node: 'a' }));
  assert.equal(store.catalog.node('a')?.ID, ID2);
  assert.equal(store.catalog.node('a')?.CreateIndex, 1);
  assert.equal(store.catalog.serviceInstances('web').value.length, 1, 'its services stay');
});

test('a node without ID, or without serfHealth, gives its name up', () => {
  const store = new TestStore();
  store.runAll(register({ Node: 'a' }), register({ ID: ID1, Node: 'a' }));
  assert.equal(store.catalog.node('a')?.ID, ID1);
  store.runAll(register({ ID: ID2, Node: 'a' }));
  assert.equal(store.catalog.node('a')?.ID, ID2);
});

test('names and IDs are found without regard to case', () => {
  const store = new TestStore();
  store.runAll(register({ ID: 'ABC', Node: 'Node-A', Service: service({ ID: 'Web', Service: 'Web' }) }));
  assert.equal(store.catalog.node('node-a')?.Node, 'Node-A');
  assert.equal(store.catalog.nodeById('abc')?.Node, 'Node-A');
  assert.equal(store.catalog.serviceInstances('WEB').value.length, 1);
  assert.equal(store.catalog.serviceInstances('web').index, store.index('peer.~:service.Web'));
  assert.equal(store.catalog.nodeServices('NODE-A').index, store.index('peer.~:node.Node-A'));
  store.runAll(deregister({ Node: 'NODE-A', ServiceID: 'WEB' }));
  assert.equal(store.catalog.serviceInstances('web').value.length, 0);
});

test('names that hold separators of the tables stay apart', () => {
  const store = new TestStore();
  store.runAll(
    register({ Node: 'a', Service: web }),
    register({ Node: 'a\u0000web', Service: web }),
    register({ Node: 'a\u0001', Service: web }),
  );
  assert.equal(store.catalog.nodeServices('a').value?.services.length, 1);
  assert.equal(store.catalog.serviceInstances('web').value.length, 3);
  store.runAll(deregister({ Node: 'a' }));
  assert.equal(store.catalog.serviceInstances('web').value.length, 2);
});

test('bad registrations are refused as a whole', () => {
  const store = new TestStore();
  const text = (command: Parameters<typeof store.run>[0]): string => {
    const result = store.run(command);
    return result.kind === 'error' ? result.text : result.kind;
  };
  assert.equal(
    text(register({ PeerName: 'p', Service: { ...web, PeerName: 'q' } })),
    'Cannot register services and checks for multiple peer names in one registration request',
  );
  assert.equal(text(register({ Check: check({ Node: 'other' }) })), 'check node "other" does not match node "n1"');
  assert.equal(
    text(register({ Service: { ...web, Meta: { 'bad key!': 'v' } } })),
    'failed inserting service: Invalid Service Meta for node n1 and serviceID web: ' +
      "Couldn't load metadata pair ('bad key!', 'v'): Key contains invalid characters",
  );
  assert.equal(store.catalog.nodes(null).value.length, 0);
  assert.equal(store.index('nodes'), 0);
});
