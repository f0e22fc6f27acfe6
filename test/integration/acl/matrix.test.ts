// The rights of the rows that a whole agent answers, each asked with every kind of token. A row that nobody guards answers somebody who
// may see nothing, and a row that isn't asked here or in test/unit/workers/state/acl/matrix.test.ts fails that one.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { endpointTable } from '../../endpoint-table.js';
import { ASKED_OF_AGENTS, type Asked, INTENTION } from './asked-of-agents.js';

const MANAGEMENT = 'aaaaaaaa-0000-4000-8000-00000000000a';
const READ = 'bbbbbbbb-0000-4000-8000-00000000000b';
const DENY = 'cccccccc-0000-4000-8000-00000000000c';
const UNKNOWN = 'dddddddd-0000-4000-8000-00000000000d';
const READ_ONLY_POLICY = '00000000-0000-0000-0000-000000000002';
/** In what is registered. */
const MARK = 'SECRETMARK';
/** Denials name it, and so does the list of servers by which datacenters are sorted. */
const NODE = 'this-node';
const DEADLINE_MS = 10_000;

const DENY_ALL = ['agent', 'event', 'key', 'node', 'query', 'service', 'session']
  .map((resource) => `${resource}_prefix "" { policy = "deny" }`)
  .concat('acl = "deny" keyring = "deny" mesh = "deny" operator = "deny" peering = "deny"')
  .join('\n');

let agent: AgentProcess;
let intentionId = '';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}

async function ask(token: string, method: string, asked: string, body = ''): Promise<Answer> {
  const target = asked.replace(INTENTION, intentionId);
  const gone = AbortSignal.timeout(DEADLINE_MS);
  const response = await fetch(`${agent.http}${target}`, {
    method,
    headers: token === '' ? {} : { 'X-Consul-Token': token },
    signal: gone,
    ...(body === '' ? {} : { body }),
  });
  const { status, headers } = response;
  // Streams that were begun don't end.
  if (status === 200 && /monitor|metrics\/stream/.test(target)) {
    await response.body?.cancel();
    return { status, headers, body: '' };
  }
  return { status, headers, body: await response.text() };
}

async function done(target: string, value: unknown): Promise<void> {
  const { status, body } = await ask(MANAGEMENT, 'PUT', target, JSON.stringify(value));
  assert.equal(status, 200, `${target}: ${body}`);
}

before(async () => {
  const acl = `acl { enabled = true default_policy = "deny" tokens { initial_management = "${MANAGEMENT}" agent = "${MANAGEMENT}" } }`;
  const args = ['-dev', `-hcl=${acl} enable_debug = true`];
  agent = await startAgent({ args, node: NODE, token: MANAGEMENT });
  await done('/v1/acl/policy', { Name: 'nothing', Rules: DENY_ALL });
  await done('/v1/acl/token', { SecretID: READ, Policies: [{ ID: READ_ONLY_POLICY }] });
  await done('/v1/acl/token', { SecretID: DENY, Policies: [{ Name: 'nothing' }] });
  await done('/v1/agent/service/register', { Name: 'web', Tags: [MARK], Check: { TTL: '1h', Notes: MARK } });
  await done('/v1/agent/service/register', { Name: 'other' });
  const intention = { SourceName: 'a', DestinationName: 'web', Action: 'allow', Description: MARK };
  const made = await ask(MANAGEMENT, 'POST', '/v1/connect/intentions', JSON.stringify(intention));
  intentionId = (JSON.parse(made.body) as { readonly ID: string }).ID;
  await done('/v1/event/fire/web', MARK);
  await waitFor(
    async () => (await ask(MANAGEMENT, 'GET', '/v1/event/list')).body !== '[]',
    'the event to be seen',
    DEADLINE_MS,
  );
});
after(() => agent.stop());

function isWrite(name: string): boolean {
  const entry = endpointTable().find(({ method, endpoint }) => `${method} ${endpoint.path}` === name);
  assert.ok(entry !== undefined, `${name} is no row any more`);
  return entry.operation.acl.some((rule) => rule.endsWith(':write'));
}

function told({ status, body }: Answer): string {
  return `${status} ${body.slice(0, 200)}`;
}

/** Nothing that is registered, and not as of which index of the state that is. */
function assertNothingLeaks(answer: Answer): void {
  assert.ok(!answer.body.includes(MARK) && !answer.body.includes(Buffer.from(MARK).toString('base64')), told(answer));
  if (answer.status === 403) assert.ok(['1', null].includes(answer.headers.get('X-Consul-Index')), told(answer));
}

/** Of many at once each is told for itself. */
function isRefused({ status, body }: Answer): boolean {
  if (status === 403) return /^(Permission denied|ACL not found)/.test(body);
  const lines = status === 200 && body.startsWith('{"ID"') ? body.trim().split('\n') : [];
  return lines.length > 0 && lines.every((line) => (JSON.parse(line) as { readonly Status: number }).Status === 403);
}

const expectations: {
  readonly [guard in Asked['guard']]: (name: string, asked: Asked, method: string) => Promise<void>;
} = {
  async open(_name, { target }, method) {
    for (const token of ['', DENY, UNKNOWN]) {
      const answer = await ask(token, method, target);
      assert.ok(![401, 403].includes(answer.status), told(answer));
      assertNothingLeaks(answer);
    }
  },
  async own(_name, { target, body }, method) {
    for (const token of ['', DENY, UNKNOWN]) assertNothingLeaks(await ask(token, method, target, body));
  },
  async refused(name, { target, body, isDestructive }, method) {
    for (const token of ['', DENY, ...(isWrite(name) ? [READ] : [])]) {
      const answer = await ask(token, method, target, body);
      assert.ok(isRefused(answer), `${token}: ${told(answer)}`);
      assertNothingLeaks(answer);
    }
    const unknown = await ask(UNKNOWN, method, target, body);
    assert.equal(unknown.status, 403);
    assert.match(unknown.body, /^(?:token does not exist: )?ACL not found$/);
    if (isDestructive) return;
    for (const token of [MANAGEMENT, ...(isWrite(name) ? [] : [READ])]) {
      const answer = await ask(token, method, target, body);
      assert.ok(!isRefused(answer) && !answer.body.includes('Permission denied'), told(answer));
    }
  },
  async 'left out'(_name, { target }, method) {
    for (const token of ['', DENY]) {
      const answer = await ask(token, method, target);
      assert.equal(answer.status, 200, told(answer));
      assertNothingLeaks(answer);
    }
    assert.equal((await ask(UNKNOWN, method, target)).status, 403);
    const seen = await ask(READ, method, target);
    assert.ok(
      [MARK, NODE, 'web'].some((shown) => seen.body.includes(shown)),
      told(seen),
    );
  },
};

for (const [name, asked] of ASKED_OF_AGENTS) {
  const [method = ''] = name.split(' ');
  test(`${name}: ${asked.guard}`, () => expectations[asked.guard](name, asked, method));
}
