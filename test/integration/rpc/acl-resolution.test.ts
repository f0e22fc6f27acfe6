// How stock client agents have tokens judged: they read the token by its secret, then the policies and roles that it is linked to,
// asked with the token itself. The bytes that stock agents sent are answered by a whole server as stock answered them, but for
// what each cluster draws anew.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decode, encode } from '../../../src/msgpack/codec.js';
import type { Kind } from '../../../src/msgpack/kinds.js';
import { text, u64 } from '../../../src/msgpack/kinds.js';
import { struct } from '../../../src/msgpack/struct.js';
import type { Row } from '../../../src/workers/state/rpc/rows/row.js';
import { rpcRows } from '../../../src/workers/state/rpc/rpc-methods.js';
import { type AgentProcess, startAgent } from '../../agent-process.js';
import { readJson } from '../../data.js';
import { RawConnection } from './recorded-connection.js';

interface RecordedCall {
  readonly label: string;
  readonly method: string;
  readonly request: { readonly header_hex: string; readonly body_hex: string };
  readonly response: { readonly header_hex: string; readonly body_hex: string };
}

const MANAGEMENT = '11111111-2222-4333-8444-555555555555';
const ROLE_TOKEN = 'aaaaaaaa-0000-4000-8000-00000000000a';
const OTHER_TOKEN = 'bbbbbbbb-0000-4000-8000-00000000000b';
const ACLS = `-hcl=acl { enabled = true default_policy = "deny" tokens { initial_management = "${MANAGEMENT}" } }`;

let agent: AgentProcess;
before(async () => {
  agent = await startAgent({ args: ['-dev', ACLS], token: MANAGEMENT });
});
after(() => agent.kill());

const header = struct<{ readonly Error: string; readonly Seq: number | bigint; readonly ServiceMethod: string }>({
  Error: text,
  Seq: u64,
  ServiceMethod: text,
});

function rowOf(method: string): Row {
  const row = rpcRows.find((one) => one.method.name === method);
  assert.ok(row !== undefined, method);
  return row;
}

interface Answer {
  readonly error: string;
  /** null where there is an error. */
  readonly body: unknown;
}

/** Until a header and a body are there. */
async function call(method: string, head: Uint8Array, body: Uint8Array): Promise<Answer> {
  const connection = new RawConnection(agent.ports.server);
  connection.send(`00${Buffer.from(head).toString('hex')}${Buffer.from(body).toString('hex')}`);
  for (let wanted = 1; ; wanted = connection.received.length + 1) {
    const received = await connection.receive(wanted);
    assert.ok(!connection.isClosed, 'the connection was closed');
    const answered = decode(header, received);
    if (!answered.ok) continue;
    const { Error: error } = answered.value;
    const reply = decode(rowOf(method).reply as Kind<unknown>, received.subarray(answered.next));
    if (error === '' && !reply.ok) continue;
    connection.end();
    return { error, body: error === '' && reply.ok ? reply.value : null };
  }
}

function ask(method: string, args: object): Promise<Answer> {
  const row = rowOf(method);
  const all = { ...(row.arguments as Kind<object>).zero, ...args };
  const head = encode(header, { Error: '', Seq: 7, ServiceMethod: method });
  return call(method, head, encode(row.arguments as Kind<object>, all));
}

/** What each cluster draws anew: IDs, times, indexes. */
const DRAWN = new Set(['AccessorID', 'CreateTime', 'CreateIndex', 'ModifyIndex', 'Index', 'LastContact']);

function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([field]) => !DRAWN.has(field));
  return Object.fromEntries(fields.map(([field, of]) => [field, comparable(of)]));
}

const recorded = (readJson('rpc/acl.json') as readonly RecordedCall[]).filter(({ method, request }) => {
  const asks = /^ACL\.(TokenRead|PolicyResolve)$/.test(method);
  return asks && request.body_hex.includes(Buffer.from(MANAGEMENT).toString('hex'));
});

test('what stock agents asked of the management token is answered as stock did', async () => {
  assert.ok(recorded.length >= 3, String(recorded.length));
  for (const { label, method, request, response } of recorded) {
    // Of another token of the recording's.
    if (method === 'ACL.TokenRead' && label === 'token-read') continue;
    const answer = await call(method, Buffer.from(request.header_hex, 'hex'), Buffer.from(request.body_hex, 'hex'));
    const expected = decode(rowOf(method).reply as Kind<unknown>, Buffer.from(response.body_hex, 'hex'));
    assert.ok(expected.ok);
    assert.equal(answer.error, '', label);
    assert.deepEqual(comparable(answer.body), comparable(expected.value), label);
  }
});

test('a token is told what it is linked to itself, by roles as well, and nothing else', async () => {
  const manage = async (target: string, body: object): Promise<{ readonly ID: string }> => {
    const { status, text: told } = await agent.request('PUT', target, JSON.stringify(body));
    assert.equal(status, 200, told);
    return JSON.parse(told) as { readonly ID: string };
  };
  const mine = await manage('/v1/acl/policy', { Name: 'mine', Rules: 'key "a" { policy = "read" }' });
  const foreign = await manage('/v1/acl/policy', { Name: 'foreign', Rules: 'key "b" { policy = "read" }' });
  const role = await manage('/v1/acl/role', { Name: 'role', Policies: [{ ID: mine.ID }] });
  const otherRole = await manage('/v1/acl/role', { Name: 'other', Policies: [{ ID: foreign.ID }] });
  await manage('/v1/acl/token', { SecretID: ROLE_TOKEN, Roles: [{ ID: role.ID }] });
  await manage('/v1/acl/token', { SecretID: OTHER_TOKEN, Policies: [{ ID: foreign.ID }] });
  const both = { Datacenter: 'dc1', AllowStale: true } as const;
  const policyIds = [mine.ID, foreign.ID, '00000000-0000-0000-0000-000000000001'];
  const names = ({ error, body }: Answer, what: 'Policies' | 'Roles'): unknown => {
    assert.equal(error, '');
    const found = (body as { readonly [name: string]: readonly { readonly Name: string }[] | null })[what];
    return (found ?? []).map(({ Name }) => Name);
  };
  const policies = async (Token: string) =>
    names(await ask('ACL.PolicyResolve', { ...both, PolicyIDs: policyIds, Token }), 'Policies');
  const roles = async (Token: string) => {
    const RoleIDs = [role.ID, otherRole.ID];
    return names(await ask('ACL.RoleResolve', { ...both, RoleIDs, Token }), 'Roles');
  };
  assert.deepEqual([await policies(ROLE_TOKEN), await roles(ROLE_TOKEN)], [['mine'], ['role']]);
  assert.deepEqual([await policies(OTHER_TOKEN), await roles(OTHER_TOKEN)], [['foreign'], []]);
  // Nobody's token links to nothing.
  assert.deepEqual([await policies(''), await roles('')], [[], []]);
});

test('an unknown secret is an error for each of them', async () => {
  const Token = 'cccccccc-0000-4000-8000-00000000000c';
  const read = await ask('ACL.TokenRead', { Datacenter: 'dc1', TokenID: Token, TokenIDType: 'secret', Token });
  assert.match(read.error, /ACL not found$/);
  for (const method of ['ACL.PolicyResolve', 'ACL.RoleResolve']) {
    assert.equal((await ask(method, { Datacenter: 'dc1', Token })).error, 'ACL not found', method);
  }
});
