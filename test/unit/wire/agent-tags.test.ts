import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildOf, datacenterOf, nodeIdOf, type ServerTags, serverTags } from '../../../src/wire/gossip/agent-tags.js';
import { recordedNode } from '../main/pools/recorded.js';

function server(tags: { readonly [name: string]: string }): ServerTags | null {
  return serverTags(new Map(Object.entries(tags)));
}

test('the recorded server is one, with what it says about itself', () => {
  assert.deepEqual(server(recordedNode('LAN', 'srv1').tags), {
    build: '1.21.4',
    protocol: 2,
    port: 24300,
    raftVersion: 3,
    wanJoinPort: 24302,
    grpcPort: 24502,
    grpcTlsPort: 24503,
    expect: 0,
    isInBootstrapMode: true,
    isNonVoter: false,
    isReadReplica: false,
    usesTls: false,
  });
  assert.equal(server(recordedNode('WAN', 'srv1.dc1').tags)?.wanJoinPort, null);
  assert.equal(server(recordedNode('LAN', 'cli1').tags), null);
});

test('a member with a tag that cannot be is no server', () => {
  const good = recordedNode('LAN', 'srv1').tags;
  const without = (...names: readonly string[]): { [name: string]: string } =>
    Object.fromEntries(Object.entries(good).filter(([name]) => !names.includes(name)));
  for (const name of ['role', 'port', 'vsn', 'build']) assert.equal(server(without(name)), null, `without ${name}`);
  for (const name of ['port', 'vsn', 'expect', 'raft_vsn', 'wan_join_port', 'ft_fs', 'ft_new']) {
    for (const value of ['', 'x', '1.5', ' 1', '9223372036854775808']) {
      assert.equal(server({ ...good, [name]: value }), null, `${name}=${value}`);
    }
    assert.notEqual(server({ ...good, [name]: '+7' }), null, name);
  }
  assert.equal(server({ ...good, build: '1.21' }), null);
  assert.equal(server({ ...good, grpc_port: '0', grpc_tls_port: '0' }), null);
  assert.equal(server({ ...without('grpc_tls_port'), grpc_port: 'x' }), null);
  assert.notEqual(server({ ...good, grpc_port: '0' }), null);
  assert.notEqual(server({ ...without('grpc_port', 'grpc_tls_port'), lx: 'snappy' }), null);
  const optional = server({
    ...without('wan_join_port', 'raft_vsn', 'bootstrap'),
    expect: '3',
    read_replica: '1',
    use_tls: '1',
  });
  assert.deepEqual(
    [
      optional?.wanJoinPort,
      optional?.raftVersion,
      optional?.isInBootstrapMode,
      optional?.expect,
      optional?.isReadReplica,
      optional?.usesTls,
    ],
    [null, 0, false, 3, true, true],
  );
});

test('single tags are read, and their absence', () => {
  const tags = new Map(Object.entries(recordedNode('LAN', 'cli1').tags));
  assert.deepEqual(
    [datacenterOf(tags), nodeIdOf(tags), buildOf(tags)],
    ['dc1', '11111111-2222-4333-8444-000000000002', '1.21.4'],
  );
  assert.deepEqual([datacenterOf(new Map()), nodeIdOf(new Map()), buildOf(new Map())], ['', '', null]);
});

test('whatever a tag of a server says, its ports are none or some', () => {
  const good = recordedNode('LAN', 'srv1').tags;
  const value = fc.oneof(fc.string(), fc.integer().map(String), fc.bigInt().map(String));
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(good)), value, (name, text) => {
      const read = server({ ...good, [name]: text });
      assert.ok(read === null || (read.port >= 0 && read.grpcPort >= 0 && read.grpcTlsPort >= 0));
    }),
  );
});
