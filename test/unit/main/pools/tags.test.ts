import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownTags } from '../../../../src/main/pools/tags.js';
import { configOf, recordedNode } from './recorded.js';

const ID = '11111111-2222-4333-8444-00000000000';
const CLIENT_FLAGS = ['-data-dir', '/nowhere', '-bind', '127.0.0.1', '-node', 'cli1', '-node-id', `${ID}2`];
const SERVER_HCL =
  'ports { server = 24300 serf_lan = 24301 serf_wan = 24302 grpc = 24502 grpc_tls = 24503 } bootstrap = true';
const SERVER_FLAGS = ['-server', '-data-dir', '/nowhere', '-bind', '127.0.0.1', '-node', 'srv1', '-node-id', `${ID}1`];

test('our tags are those of the recorded agents, and one of a server that only its like understand', () => {
  const client = ownTags(configOf(...CLIENT_FLAGS, '-datacenter', 'dc1'), 'lan');
  assert.deepEqual(Object.fromEntries(client), recordedNode('LAN', 'cli1').tags);
  const config = configOf(...SERVER_FLAGS, '-hcl', SERVER_HCL);
  assert.deepEqual(Object.fromEntries(ownTags(config, 'lan')), { ...recordedNode('LAN', 'srv1').tags, lz: '1' });
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
  const replica = ownTags(configOf(...SERVER_FLAGS, '-hcl', 'read_replica = true'), 'lan');
  assert.deepEqual([replica.has('nonvoter'), replica.has('read_replica')], [false, false]);
  const timeout = (text: string) =>
    ownTags(configOf(...CLIENT_FLAGS, '-hcl', `advertise_reconnect_timeout = "${text}"`), 'lan').get('rc_tm');
  assert.equal(timeout('90m'), '1h30m0s');
  assert.equal(timeout('0'), undefined);
});
