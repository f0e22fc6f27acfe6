// gRPC where nothing is allowed without a token: whose token is taken for what, a login by which one is got, and its end, also of
// the calls that it was used for.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeKey, makeSigningRequest } from '../../../src/certificates/certificates.js';
import { login, logout } from '../../../src/workers/state/grpc/messages/acl.js';
import { sign, watchRoots } from '../../../src/workers/state/grpc/messages/connect-ca.js';
import { bootstrapParams, supportedFeatures } from '../../../src/workers/state/grpc/messages/dataplane.js';
import { check, Serving } from '../../../src/workers/state/grpc/messages/health.js';
import { watchServers } from '../../../src/workers/state/grpc/messages/server-discovery.js';
import { type AgentProcess, startAgent } from '../../agent-process.js';
import { rsaPair, rsaToken } from '../../unit/workers/state/acl/auth-methods/signer.js';
import { type Ended, PublicClient } from './public-client.js';

const MANAGEMENT = '5e0e4ab2-8b1b-4b3f-9d0a-3b1f6d5a0c11';
const NOBODY = '00000000-1111-4222-8333-444444444444';
const ACLS = `acl { enabled = true default_policy = "deny" tokens { initial_management = "${MANAGEMENT}" agent = "${MANAGEMENT}" } }`;
const issuer = rsaPair();

let agent: AgentProcess;
let client: PublicClient;

async function write(method: string, target: string, body: unknown): Promise<void> {
  const { status, text } = await agent.request(method, target, JSON.stringify(body));
  assert.equal(status, 200, text);
}

before(async () => {
  agent = await startAgent({ node: 'srv', args: ['-dev', '-hcl', ACLS], token: MANAGEMENT });
  client = new PublicClient(`127.0.0.1:${agent.ports.grpc}`);
  const Config = { JWTValidationPubKeys: [issuer.pem], BoundIssuer: 'us', ClaimMappings: { name: 'name' } };
  await write('PUT', '/v1/acl/auth-method', { Name: 'jwt', Type: 'jwt', Config });
  await write('PUT', '/v1/acl/binding-rule', { AuthMethod: 'jwt', BindType: 'service', BindName: 'web' });
});
after(async () => {
  client.close();
  await agent.stop();
});

function bearer(): string {
  const now = Math.floor(Date.now() / 1000);
  return rsaToken(issuer, { iss: 'us', sub: 's', name: 'n', iat: now, exp: now + 600 });
}

const attempt = () => ({
  auth_method: 'jwt',
  bearer_token: bearer(),
  meta: { pod: 'web-0' },
  namespace: '',
  partition: '',
  datacenter: '',
});

async function code(asked: Promise<object | Ended>): Promise<number> {
  const answer = await asked;
  return 'code' in answer && 'details' in answer ? (answer.code as number) : 0;
}

test('health is for everybody; what tells of the cluster for any known token, and nobody else', async () => {
  assert.deepEqual(await client.answer(check, { service: '' }), { status: Serving.serving });
  for (const asking of [{}, { token: NOBODY }]) {
    assert.equal(await code(client.ask(supportedFeatures, {}, asking)), 16);
    assert.equal((await client.watch(watchServers, { wan: false }, asking).end()).code, 16);
    assert.equal((await client.watch(watchRoots, {}, asking).end()).code, 16);
  }
  const told = client.watch(watchServers, { wan: false }, { token: MANAGEMENT });
  await told.hears(({ servers }) => servers.length === 1, 'the server');
  told.cancel();
});

test('a login gives a token for its own service alone, and a logout ends it and what it watches', async () => {
  const { token } = await client.answer(login, attempt());
  assert.ok(token !== null);
  const own = { token: token.secret_id };
  const shown = (await agent.json(`/v1/acl/token/${token.accessor_id}`)) as { Description: string };
  assert.equal(shown.Description, 'token created via login: {"pod":"web-0"}');
  assert.equal(await code(client.ask(supportedFeatures, {}, own)), 0);

  const { TrustDomain } = (await agent.json('/v1/connect/ca/roots')) as { TrustDomain: string };
  const csrOf = async (service: string): Promise<string> => {
    const uris = [`spiffe://${TrustDomain}/ns/default/dc/dc1/svc/${service}`];
    return makeSigningRequest(await makeKey('ec', 256), { dns: [], addresses: [], uris });
  };
  assert.equal(await code(client.ask(sign, { csr: await csrOf('web') }, own)), 0);
  assert.equal(await code(client.ask(sign, { csr: await csrOf('db') }, own)), 7);

  const proxy = { DestinationServiceName: 'web' };
  await write('PUT', '/v1/agent/service/register', {
    Name: 'web-sidecar-proxy',
    Kind: 'connect-proxy',
    Port: 1,
    Proxy: proxy,
  });
  const asked = {
    node_id: '',
    node_name: 'srv',
    service_id: '',
    proxy_id: 'web-sidecar-proxy',
    partition: '',
    namespace: '',
  };
  assert.equal(await code(client.ask(bootstrapParams, asked, own)), 0);
  assert.equal(await code(client.ask(bootstrapParams, asked)), 7);

  const told = client.watch(watchRoots, {}, own);
  await told.hears(({ roots }) => roots.length === 1, 'the root');
  assert.equal(await code(client.ask(logout, { token: token.secret_id, datacenter: '' })), 0);
  assert.equal(await code(client.ask(supportedFeatures, {}, own)), 16);
  await write('PUT', '/v1/connect/ca/configuration', {
    Provider: 'consul',
    Config: { PrivateKeyType: 'ec', PrivateKeyBits: 384 },
  });
  assert.equal((await told.end()).code, 16, 'who has no token any more is told nothing');
  assert.equal(told.all.length, 1);
});

test('a login that nobody vouches for, and a logout of a token that is none', async () => {
  assert.equal(await code(client.ask(login, { ...attempt(), auth_method: 'nobody' })), 7);
  assert.equal(await code(client.ask(login, { ...attempt(), auth_method: '' })), 3);
  assert.notEqual(await code(client.ask(login, { ...attempt(), bearer_token: 'x.y.z' })), 0);
  assert.equal(await code(client.ask(logout, { token: '', datacenter: '' })), 3);
  assert.equal(await code(client.ask(logout, { token: NOBODY, datacenter: '' })), 16);
  assert.equal(await code(client.ask(logout, { token: MANAGEMENT, datacenter: '' })), 7);
});
