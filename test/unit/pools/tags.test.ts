import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readTags } from '../../../src/main/gossip/serf/tags.js';
import {
  buildOf,
  datacenterOf,
  nodeIdOf,
  ownTags,
  parseServer,
  type ServerMember,
} from '../../../src/main/pools/tags.js';
import { configOf, metaOf, recordedNode } from './recorded.js';

const ID = '11111111-2222-4333-8444-00000000000';
const CLIENT_FLAGS = ['-data-dir', '/nowhere', '-bind', '127.0.0.1', '-node', 'cli1', '-node-id', `${ID}2`];
const SERVER_HCL =
  'ports { server = 24300 serf_lan = 24301 serf_wan = 24302 grpc = 24502 grpc_tls = 24503 } bootstrap = true';
const SERVER_FLAGS = ['-server', '-data-dir', '/nowhere', '-bind', '127.0.0.1', '-node', 'srv1', '-node-id', `${ID}1`];
const ADDRESS = { ip: Uint8Array.of(127, 0, 0, 1), port: 24301 };

function server(tags: { readonly [name: string]: string }, name = 'srv1'): ServerMember | null {
  return parseServer({ name, address: ADDRESS, meta: metaOf(tags) });
}

test('our tags are those of the recorded agents', () => {
  const client = ownTags(configOf(...CLIENT_FLAGS, '-datacenter', 'dc1'), 'lan');
  assert.deepEqual(Object.fromEntries(client), recordedNode('LAN', 'cli1').tags);
  const config = configOf(...SERVER_FLAGS, '-hcl', SERVER_HCL);
  assert.deepEqual(Object.fromEntries(ownTags(config, 'lan')), recordedNode('LAN', 'srv1').tags);
  assert.deepEqual(Object.fromEntries(ownTags(config, 'wan')), recordedNode('WAN', 'srv1.dc1').tags);
});

test('what is off has no tag, what is on has', () => {
  const few = ownTags(configOf(...SERVER_FLAGS, '-hcl', 'ports { serf_wan = -1 grpc = -1 grpc_tls = -1 }'), 'lan');
  for (const name of ['wan_join_port', 'grpc_port', 'grpc_tls_port', 'bootstrap', 'expect', 'use_tls']) {
    assert.equal(few.has(name), false, name);
  }
  const more = ownTags(
    configOf(...SERVER_FLAGS, '-bootstrap-expect', '3', '-hcl', 'tls { internal_rpc { ca_file = "/ca.pem" } }'),
    'lan',
  );
  assert.equal(more.get('expect'), '3');
  assert.equal(more.get('use_tls'), '1');
  assert.equal(ownTags(configOf('-dev'), 'lan').has('bootstrap'), false);
});

test('the recorded server is one, with what it says about itself', () => {
  assert.deepEqual(server(recordedNode('LAN', 'srv1').tags), {
    name: 'srv1',
    shortName: 'srv1',
    id: `${ID}1`,
    datacenter: 'dc1',
    address: { ip: ADDRESS.ip, port: 24300 },
    build: '1.21.4',
    protocol: 2,
    raftProtocol: 3,
    wanJoinPort: 24302,
    isBootstrap: true,
    expect: 0,
    isReadReplica: false,
    usesTls: false,
  });
  const wan = server(recordedNode('WAN', 'srv1.dc1').tags, 'srv1.dc1');
  assert.deepEqual([wan?.shortName, wan?.wanJoinPort], ['srv1', null]);
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
      optional?.raftProtocol,
      optional?.isBootstrap,
      optional?.expect,
      optional?.isReadReplica,
      optional?.usesTls,
    ],
    [null, 0, false, 3, true, true],
  );
});

test('single tags are read, and their absence', () => {
  const tags = readTags(metaOf(recordedNode('LAN', 'cli1').tags));
  assert.deepEqual([datacenterOf(tags), nodeIdOf(tags), buildOf(tags)], ['dc1', `${ID}2`, '1.21.4']);
  assert.deepEqual([datacenterOf(new Map()), nodeIdOf(new Map()), buildOf(new Map())], ['', '', null]);
});

test('no metadata makes reading a server throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (meta) => {
      parseServer({ name: 'n', address: ADDRESS, meta: Uint8Array.of(0xff, ...meta) });
    }),
  );
});
