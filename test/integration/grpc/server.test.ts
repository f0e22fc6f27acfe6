// What a server serves on the port of gRPC, asked over a real socket: each service, what refuses, and what bounds it.

import assert from 'node:assert/strict';
import http2 from 'node:http2';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { makeKey, makeSigningRequest, readCertificate } from '../../../src/certificates/certificates.js';
import { login } from '../../../src/workers/state/grpc/messages/acl.js';
import { sign, watchRoots } from '../../../src/workers/state/grpc/messages/connect-ca.js';
import { bootstrapParams, Feature, supportedFeatures } from '../../../src/workers/state/grpc/messages/dataplane.js';
import { Protocol, query } from '../../../src/workers/state/grpc/messages/dns.js';
import { check, Serving, watch } from '../../../src/workers/state/grpc/messages/health.js';
import { pathOf } from '../../../src/workers/state/grpc/messages/message.js';
import { watchServers } from '../../../src/workers/state/grpc/messages/server-discovery.js';
import { reflectionOf } from '../../../src/workers/state/grpc/reflection/messages.js';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { PublicClient } from './public-client.js';

let agent: AgentProcess;
let client: PublicClient;

before(async () => {
  agent = await startAgent({ node: 'srv', args: ['-dev', '-hcl', 'limits { http_max_conns_per_client = 8 }'] });
  client = new PublicClient(`127.0.0.1:${agent.ports.grpc}`);
});
after(async () => {
  client.close();
  await agent.stop();
});

test('health: the server and each service it has, and no other', async () => {
  for (const service of ['', 'hashicorp.consul.dataplane.DataplaneService', 'grpc.health.v1.Health']) {
    assert.deepEqual(await client.answer(check, { service }), { status: Serving.serving }, service);
  }
  assert.deepEqual(await client.ask(check, { service: 'nobody' }), { code: 5, details: 'unknown service' });
  const watched = client.watch(watch, { service: '' });
  await watched.hears(({ status }) => status === Serving.serving, 'that it is served');
  assert.equal(watched.ended, null, 'the call goes on');
  watched.cancel();
  const unknown = client.watch(watch, { service: 'nobody' });
  await unknown.hears(({ status }) => status === Serving.unknownService, 'that there is no such service');
  unknown.cancel();
});

test('servers: this one, by its addresses', async () => {
  const { ID: id } = ((await agent.json('/v1/catalog/node/srv')) as { Node: { ID: string } }).Node;
  for (const wan of [false, true]) {
    const told = client.watch(watchServers, { wan });
    const { servers } = await told.hears(() => true, 'the servers');
    assert.equal(servers.length, 1);
    assert.deepEqual({ ...servers[0], version: '' }, { id, address: '127.0.0.1', version: '' });
    assert.match(servers[0]?.version ?? '', /^1\.\d+\.\d+$/);
    told.cancel();
  }
});

test('roots, and again when another one signs; certificates by them', async () => {
  const told = client.watch(watchRoots, {});
  const first = await told.hears(() => true, 'the roots');
  const shown = (await agent.json('/v1/connect/ca/roots')) as { ActiveRootID: string; TrustDomain: string };
  assert.deepEqual([first.active_root_id, first.trust_domain], [shown.ActiveRootID, shown.TrustDomain]);
  assert.deepEqual(
    first.roots.map(({ id, active, rotated_out_at }) => [id, active, rotated_out_at]),
    [[shown.ActiveRootID, true, null]],
  );
  const key = await makeKey('ec', 256);
  const uri = `spiffe://${shown.TrustDomain}/ns/default/dc/dc1/svc/web`;
  const csr = await makeSigningRequest(key, { dns: [], addresses: [], uris: [uri] });
  const { cert_pem } = await client.answer(sign, { csr });
  assert.ok(readCertificate(cert_pem) !== null);
  assert.equal(((await client.ask(sign, { csr: '' })) as { code: number }).code, 3);
  const config = { Provider: 'consul', Config: { PrivateKeyType: 'ec', PrivateKeyBits: 384 } };
  assert.equal((await agent.request('PUT', '/v1/connect/ca/configuration', JSON.stringify(config))).status, 200);
  const rotated = await told.hears(({ active_root_id }) => active_root_id !== first.active_root_id, 'the new root');
  assert.equal(rotated.roots.filter(({ active }) => active).length, 1);
  const former = rotated.roots.find(({ id }) => id === first.active_root_id);
  assert.ok((former?.rotated_out_at?.seconds ?? 0) > 1_700_000_000, JSON.stringify(former));
  told.cancel();
});

test('what a proxy begins with: its service and kind, config entries within its own settings', async () => {
  const write = async (target: string, body: unknown): Promise<void> => {
    const { status, text } = await agent.request('PUT', target, JSON.stringify(body));
    assert.equal(status, 200, text);
  };
  await write('/v1/config', {
    Kind: 'proxy-defaults',
    Name: 'global',
    Config: { far: 'x', near: 'y', deep: { a: [1, 'b', null] } },
  });
  const sidecar = { Name: 'web-sidecar-proxy', ID: 'web-1-proxy', Kind: 'connect-proxy', Port: 9001 };
  const proxy = { DestinationServiceName: 'web', Config: { near: 'z' } };
  await write('/v1/agent/service/register', { ...sidecar, Proxy: proxy });
  const { ID } = ((await agent.json('/v1/catalog/node/srv')) as { Node: { ID: string } }).Node;
  const asked = {
    node_id: '',
    node_name: 'srv',
    service_id: 'web-1-proxy',
    proxy_id: '',
    partition: '',
    namespace: '',
  };
  const byProxy = { ...asked, service_id: '', proxy_id: 'web-1-proxy' };
  for (const request of [asked, byProxy, { ...asked, node_name: '', node_id: ID }]) {
    const answer = await client.answer(bootstrapParams, request);
    const { config: _struct, access_logs: _none, ...shown } = answer;
    assert.deepEqual(shown, {
      service_kind: 2,
      service: 'web',
      namespace: 'default',
      partition: 'default',
      datacenter: 'dc1',
      node_name: 'srv',
      identity: 'web',
    });
  }
  const code = async (request: Partial<typeof asked>): Promise<number> => {
    const ended = await client.ask(bootstrapParams, { ...asked, ...request });
    return 'code' in ended ? ended.code : 0;
  };
  assert.equal(await code({ service_id: 'nobody' }), 5);
  assert.equal(await code({ node_name: 'nobody' }), 5);
  assert.equal(await code({ node_name: '' }), 3);
  assert.equal(await code({ namespace: 'other' }), 3);
  const { supported_dataplane_features: features } = await client.answer(supportedFeatures, {});
  assert.deepEqual(
    features.filter(({ supported }) => supported).map(({ feature_name }) => feature_name),
    [Feature.watchServers, Feature.edgeCertificateManagement, Feature.envoyBootstrap],
  );
});

test('DNS: a question over each transport, none where it is neither', async () => {
  const header = Buffer.from('123401000001000000000000', 'hex');
  const name = Buffer.concat([Buffer.from('\x03srv\x04node\x06consul\0', 'latin1'), Buffer.from([0, 1, 0, 1])]);
  const msg = Buffer.concat([header, name]);
  for (const protocol of [Protocol.tcp, Protocol.udp]) {
    const { msg: reply } = await client.answer(query, { msg, protocol });
    const bytes = Buffer.from(reply);
    assert.equal(bytes.readUInt16BE(0), 0x1234);
    assert.equal(bytes.readUInt16BE(6), 1, 'one answer');
    assert.ok(bytes.includes(Buffer.from([0, 4, 127, 0, 0, 1])), bytes.toString('hex'));
  }
  assert.equal(((await client.ask(query, { msg, protocol: 0 })) as { code: number }).code, 3);
  assert.equal(((await client.ask(query, { msg: Buffer.of(1), protocol: 1 })) as { code: number }).code, 3);
});

test('a login without ACLs is refused', async () => {
  const request = { auth_method: 'm', bearer_token: 'x', meta: {}, namespace: '', partition: '', datacenter: '' };
  assert.deepEqual(await client.ask(login, request), { code: 9, details: 'ACL support disabled' });
});

test('reflection tells of each service, file and symbol, however many questions come at once', async () => {
  const none = { host: '', file_by_filename: '', file_containing_symbol: '', file_containing_extension: null };
  const nothing = { ...none, all_extension_numbers_of_type: '', list_services: '' };
  for (const version of ['v1', 'v1alpha'] as const) {
    const { method } = reflectionOf(version);
    const questions = [
      { ...nothing, list_services: '*' },
      { ...nothing, file_by_filename: 'proto-public/pbdataplane/dataplane.proto' },
      { ...nothing, file_containing_symbol: 'hashicorp.consul.acl.ACLService.Login' },
      { ...nothing, file_containing_symbol: 'nobody' },
    ];
    const many = Array.from({ length: 200 }, () => questions).flat();
    const told = client.converse(method, many);
    assert.deepEqual(await told.end(), { code: 0, details: '' });
    assert.equal(told.all.length, many.length);
    const [list, file, symbol, unknown] = told.all.slice(-4);
    const names = list?.list_services_response?.service.map(({ name }) => name) ?? [];
    assert.ok(names.includes('hashicorp.consul.connectca.ConnectCAService'), names.join());
    assert.ok(names.includes(`grpc.reflection.${version}.ServerReflection`), names.join());
    assert.equal(file?.file_descriptor_response?.file_descriptor_proto.length, 2, 'with what it imports');
    assert.equal(symbol?.file_descriptor_response?.file_descriptor_proto.length, 1);
    assert.equal(unknown?.error_response?.error_code, 5);
  }
});

test('a service that is not served, and garbage in place of a message', async () => {
  const unknown = { ...check, service: 'envoy.service.discovery.v3.AggregatedDiscoveryService', name: 'Deltas' };
  assert.deepEqual(await client.ask(unknown, { service: '' }), {
    code: 12,
    details: 'unknown service envoy.service.discovery.v3.AggregatedDiscoveryService',
  });
  const session = http2.connect(`http://127.0.0.1:${agent.ports.grpc}`);
  try {
    for (const method of [check, watch, watchServers, login, sign, bootstrapParams, query]) {
      const call = session.request({ ':method': 'POST', ':path': pathOf(method), 'content-type': 'application/grpc' });
      const answered = new Promise<http2.IncomingHttpHeaders>((resolve) => call.once('response', resolve));
      call.end(Buffer.from([0, 0, 0, 0, 2, 0xff, 0xff]));
      assert.equal((await answered)['grpc-status'], '13', method.name);
      call.close();
    }
  } finally {
    session.destroy();
  }
});

test('connections of a client are bounded, what is not HTTP/2 is closed, and others go on', async () => {
  // The preface of a client, and its settings: none.
  const greeting = Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    Buffer.from('000000040000000000', 'hex'),
  ]);
  const sockets = Array.from({ length: 12 }, () => net.connect(agent.ports.grpc, '127.0.0.1'));
  const outcomes = sockets.map((socket) => {
    // What is closed before it was read is reset: that too is closed.
    socket.on('error', () => {});
    socket.write(greeting);
    return new Promise<string>((resolve) => {
      socket.once('data', () => resolve('served'));
      socket.once('close', () => resolve('closed'));
    });
  });
  const served = (await Promise.all(outcomes)).filter((outcome) => outcome === 'served').length;
  assert.ok(served >= 1 && served <= 8, `${served} of 12`);
  for (const socket of sockets) if (!socket.destroyed) socket.write('GET / HTTP/1.1\r\n\r\n');
  await waitFor(() => sockets.every(({ destroyed }) => destroyed), 'the others to be closed', 30_000);
  assert.deepEqual(await client.answer(check, { service: '' }), { status: Serving.serving });
});
