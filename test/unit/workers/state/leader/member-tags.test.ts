import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { agentTags, isInBootstrapMode } from '../../../../../src/workers/state/leader/member-tags.js';
import { CLIENT_TAGS, member, SERVER_TAGS } from './leader-fixture.js';

const server = (tags: { readonly [name: string]: string }) => agentTags(member('srv', { ...SERVER_TAGS, ...tags }));

test('a stock server', () => {
  assert.deepEqual(server({}), {
    id: SERVER_TAGS.id,
    datacenter: 'dc1',
    version: '1.21.4',
    server: {
      build: '1.21.4',
      protocol: 2,
      port: 8300,
      raftVersion: 3,
      wanJoinPort: 8302,
      expect: 0,
      isNonVoter: false,
      isReadReplica: false,
      isInBootstrapMode: false,
      usesTls: false,
      grpcPort: 8502,
      grpcTlsPort: 8503,
    },
  });
});

test('a stock client, also one whose build names no version', () => {
  const client = { id: 'x', datacenter: 'dc1', version: '1.21.4', server: null };
  assert.deepEqual(agentTags(member('c', { ...CLIENT_TAGS, id: 'x' })), client);
  assert.deepEqual(agentTags(member('c', { ...CLIENT_TAGS, id: 'x', build: 'dev' })), { ...client, version: '' });
});

test('flags of a server count by their presence', () => {
  const tags = server({ nonvoter: '1', read_replica: '1', bootstrap: '1' })?.server;
  assert.deepEqual([tags?.isNonVoter, tags?.isReadReplica, tags?.isInBootstrapMode], [true, true, true]);
});

for (const [what, tags] of [
  ['no port', { port: '' }],
  ['a port that is no number', { port: '83x' }],
  ['a protocol version that is none', { vsn: 'two' }],
  ['an expect that is no number', { expect: 'three' }],
  ['a Raft version that is no number', { raft_vsn: '' }],
  ['a WAN port that is no number', { wan_join_port: 'x' }],
  ['a feature that is no number', { ft_xy: 'yes' }],
  ['gRPC offered on no port', { grpc_port: '0', grpc_tls_port: '0' }],
  ['a build without a version', { build: 'dev' }],
  ['a segment of its own', { segment: 'alpha' }],
  ['another role', { role: 'monitor' }],
] as const) {
  test(`no agent of ours: ${what}`, () => assert.equal(server(tags), null));
}

test('gRPC on one of both ports is enough, or none at all', () => {
  assert.equal(server({ grpc_port: '0' })?.server?.grpcPort, 0);
  const { grpc_port: _plain, grpc_tls_port: _tls, ...without } = SERVER_TAGS;
  assert.equal(agentTags(member('srv', without))?.server?.grpcTlsPort, 0);
});

test('bootstrap mode is what a server says, not what a client calls so', () => {
  assert.equal(isInBootstrapMode(member('a', { ...SERVER_TAGS, bootstrap: '1' })), true);
  assert.equal(isInBootstrapMode(member('a', SERVER_TAGS)), false);
  assert.equal(isInBootstrapMode(member('a', { ...CLIENT_TAGS, bootstrap: '1' })), false);
});

test('whatever the tags hold, they are read or passed over', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (tags) => {
      const parsed = agentTags({ ...member('a', {}), tags });
      assert.ok(parsed === null || typeof parsed.id === 'string');
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(SERVER_TAGS)), fc.string(), (name, value) => {
      const parsed = server({ [name]: value });
      assert.ok(parsed === null || parsed.server === null || Number.isFinite(parsed.server.port));
    }),
  );
});
