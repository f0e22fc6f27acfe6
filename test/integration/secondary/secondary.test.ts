// Secondary datacenters as operators run them: what is written in one of them is seen in all that it counts in, their certificates
// lead to one root, and they go on without the primary datacenter.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type AgentProcess, waitFor } from '../../agent-process.js';
import { leadsTo } from '../../openssl.js';
import { rsaPair, rsaToken } from '../../unit/acl/auth-methods/signer.js';
import { ManyConnections, readerSettings, waitForReaders, withoutReaders } from '../readers/readers.js';
import { ask, Datacenters, MANAGEMENT, manage, TTL_MS } from './datacenters.js';

const DEADLINE_MS = 60_000;
const WEB = 'dddddddd-0000-4000-8000-00000000000d';
const LOCAL = 'eeeeeeee-0000-4000-8000-00000000000e';
const UNKNOWN = 'ffffffff-0000-4000-8000-00000000000f';
const RULES = 'key_prefix "web" { policy = "write" }';
const readers = withoutReaders === false ? 1 : 0;

const all = new Datacenters();
const agent = (name: string): AgentProcess => all.agent(name);

before(async () => {
  await all.startAll(readers > 0 ? readerSettings(readers) : []);
  if (readers > 0) await waitForReaders(agent('dc3-a'), readers);
});
after(() => all.stop());

interface Status {
  readonly Enabled: boolean;
  readonly Running: boolean;
  readonly SourceDatacenter: string;
  readonly ReplicationType: string;
  readonly ReplicatedIndex: number;
  readonly ReplicatedRoleIndex: number;
  readonly ReplicatedTokenIndex: number;
  readonly LastSuccess: string;
  readonly LastError: string;
  readonly LastErrorMessage: string;
}

async function statusOf(of: AgentProcess): Promise<Status> {
  return JSON.parse((await ask(of, '', 'GET', '/v1/acl/replication')).text) as Status;
}

async function indexOf(target: string): Promise<number> {
  const { headers } = await agent('dc1-a').request('GET', target);
  return Number(headers.get('x-consul-index'));
}

/** Until everything is in dc2 that the primary has by now. */
async function copied(): Promise<void> {
  const [policies, roles, tokens] = await Promise.all(
    ['policies', 'roles', 'tokens'].map((what) => indexOf(`/v1/acl/${what}`)),
  );
  await waitFor(
    async () => {
      const status = await statusOf(agent('dc2-b'));
      return (
        status.ReplicatedIndex >= (policies ?? 0) &&
        status.ReplicatedRoleIndex >= (roles ?? 0) &&
        status.ReplicatedTokenIndex >= (tokens ?? 0)
      );
    },
    'dc2 to have all of it',
    DEADLINE_MS,
  );
}

const listed = async (of: AgentProcess, what: string, field: string): Promise<readonly unknown[]> => {
  const rows = (await manage(of, 'GET', `/v1/acl/${what}?stale`)) as readonly { readonly [name: string]: unknown }[];
  return rows.map((row) => row[field]).sort();
};

const put = (of: AgentProcess, token: string, key = 'web/a') => ask(of, token, 'PUT', `/v1/kv/${key}`, 'x');

/** By whoever judges it there: the agent, or its leader. */
async function refusedWith(name: string, token: string): Promise<string> {
  const { status, text } = await put(agent(name), token);
  assert.equal(status, 403, `${name}: ${text}`);
  return text;
}

interface Gauge {
  readonly Name: string;
  readonly Value: number;
}

/** With the host's name in the middle of theirs; undefined: it isn't reported yet. */
async function gauge(of: AgentProcess, name: string): Promise<number | undefined> {
  const { Gauges } = (await manage(of, 'GET', '/v1/agent/metrics')) as { readonly Gauges: readonly Gauge[] };
  return Gauges.find(({ Name }) => Name.endsWith(`.${name}`))?.Value;
}

describe('secondary datacenters', { concurrency: false }, () => {
  it('write policies, roles and tokens in the primary, by whichever agent they are asked, and have copies', async () => {
    await manage(agent('dc2-b'), 'PUT', '/v1/acl/policy', { Name: 'web', Rules: RULES });
    await manage(agent('dc3-client'), 'PUT', '/v1/acl/role', { Name: 'web', Policies: [{ Name: 'web' }] });
    await manage(agent('dc2-a'), 'PUT', '/v1/acl/token', { SecretID: WEB, Roles: [{ Name: 'web' }] });
    await copied();
    const [one, two, three] = [agent('dc1-a'), agent('dc2-b'), agent('dc3-a')];
    for (const [what, field] of [
      ['policies', 'ID'],
      ['roles', 'ID'],
      ['tokens', 'SecretID'],
    ] as const) {
      const there = await listed(one, what, field);
      assert.ok(there.length > 0);
      await waitFor(
        async () => (await listed(two, what, field)).join() === there.join(),
        `${what} in dc2`,
        DEADLINE_MS,
      );
      if (what === 'tokens') assert.deepEqual(await listed(three, what, field), []);
      else
        await waitFor(
          async () => (await listed(three, what, field)).join() === there.join(),
          `${what} in dc3`,
          DEADLINE_MS,
        );
    }
  });

  it('tell how far they are; the primary copies nothing', async () => {
    await copied();
    const {
      LastSuccess,
      ReplicatedIndex,
      ReplicatedRoleIndex,
      ReplicatedTokenIndex,
      LastError,
      LastErrorMessage,
      ...copying
    } = await statusOf(agent('dc2-b'));
    assert.deepEqual(copying, { Enabled: true, Running: true, SourceDatacenter: 'dc1', ReplicationType: 'tokens' });
    assert.equal(ReplicatedIndex, await indexOf('/v1/acl/policies'));
    assert.equal(ReplicatedRoleIndex, await indexOf('/v1/acl/roles'));
    assert.equal(ReplicatedTokenIndex, await indexOf('/v1/acl/tokens'));
    assert.ok(Math.abs(Date.parse(LastSuccess) - Date.now()) < DEADLINE_MS * 5, LastSuccess);
    // What could not be done before the WAN pool was joined.
    assert.ok(LastErrorMessage === '' || Date.parse(LastError) <= Date.parse(LastSuccess), LastErrorMessage);
    const third = await statusOf(agent('dc3-client'));
    assert.deepEqual([third.ReplicationType, third.ReplicatedTokenIndex], ['policies', 0]);
    const first = await statusOf(agent('dc1-a'));
    assert.deepEqual([first.Enabled, first.Running, first.SourceDatacenter], [false, false, '']);
    for (const kind of ['acl-policies', 'acl-roles', 'acl-tokens', 'config-entries']) {
      const name = `leader.replication.${kind}`;
      await waitFor(async () => (await gauge(agent('dc2-a'), `${name}.status`)) === 1, name, DEADLINE_MS);
      assert.ok(((await gauge(agent('dc2-a'), `${name}.index`)) ?? 0) > 0, name);
    }
  });

  it('take a token that counts everywhere, copied or not, on every agent and thread', async () => {
    for (const name of ['dc1-a', 'dc2-a', 'dc2-b', 'dc3-a', 'dc3-client']) {
      assert.deepEqual(await put(agent(name), WEB), { status: 200, text: 'true' }, name);
      assert.equal((await put(agent(name), WEB, 'other')).status, 403, name);
      assert.match(await refusedWith(name, UNKNOWN), /ACL not found$/, name);
      assert.equal((await ask(agent(name), WEB, 'GET', '/v1/acl/token/self')).status, 200, name);
      const many = new ManyConnections(agent(name), 8);
      const asked = Array.from({ length: 8 }, async (_, by) => {
        const known = await many.ask(by, 'GET', `/v1/kv/web/a?raw&token=${WEB}`);
        const unknown = await many.ask(by, 'GET', `/v1/kv/web/a?token=${UNKNOWN}`);
        return [known.text, unknown.status];
      });
      assert.deepEqual(await Promise.all(asked), new Array(8).fill(['x', 403]), name);
      many.close();
    }
  });

  it('keep their local tokens to themselves', async () => {
    await manage(agent('dc2-b'), 'PUT', '/v1/acl/token', { SecretID: LOCAL, Local: true, Policies: [{ Name: 'web' }] });
    assert.equal((await put(agent('dc2-a'), LOCAL)).status, 200);
    for (const name of ['dc1-a', 'dc3-a', 'dc3-client']) {
      assert.match(await refusedWith(name, LOCAL), /ACL not found$/, name);
    }
    // Another round of tokens leaves it where it is.
    await manage(agent('dc1-a'), 'PUT', '/v1/acl/token', { Description: 'one more' });
    await copied();
    assert.equal((await put(agent('dc2-a'), LOCAL)).status, 200);
    assert.ok(!(await listed(agent('dc1-a'), 'tokens', 'SecretID')).includes(LOCAL));
  });

  it('hear of a policy that is another one', async () => {
    const { ID } = (await manage(agent('dc3-a'), 'GET', '/v1/acl/policy/name/web')) as { readonly ID: string };
    await manage(agent('dc3-a'), 'PUT', `/v1/acl/policy/${ID}`, {
      ID,
      Name: 'web',
      Rules: 'key_prefix "web" { policy = "deny" }',
    });
    for (const name of ['dc2-a', 'dc2-b', 'dc3-a', 'dc3-client']) {
      await waitFor(async () => (await put(agent(name), WEB)).status === 403, `${name} to deny it`, DEADLINE_MS);
    }
    // Readers judge by their own store.
    const many = new ManyConnections(agent('dc3-a'), 8);
    const isEverywhere = async (status: number): Promise<boolean> =>
      (await many.askAll('GET', `/v1/kv/web/a?stale&token=${WEB}`)).every((answer) => answer.status === status);
    await waitFor(() => isEverywhere(403), 'each thread of dc3-a to deny it', DEADLINE_MS);
    await manage(agent('dc3-a'), 'PUT', `/v1/acl/policy/${ID}`, { ID, Name: 'web', Rules: RULES });
    for (const name of ['dc2-a', 'dc2-b', 'dc3-a', 'dc3-client']) {
      await waitFor(async () => (await put(agent(name), WEB)).status === 200, `${name} to allow it`, DEADLINE_MS);
    }
    await waitFor(() => isEverywhere(200), 'each thread of dc3-a to allow it', DEADLINE_MS);
    many.close();
  });

  it('share config entries and intentions', async () => {
    const defaults = { Kind: 'service-defaults', Name: 'web', Protocol: 'http' };
    const router = { Kind: 'service-router', Name: 'web', Routes: [] };
    for (const entry of [defaults, router]) await manage(agent('dc2-b'), 'PUT', '/v1/config', entry);
    const intention = '/v1/connect/intentions/exact?source=a&destination=web';
    assert.equal((await ask(agent('dc3-client'), MANAGEMENT, 'PUT', intention, { Action: 'allow' })).status, 200);
    const there = async (name: string): Promise<readonly number[]> => {
      const targets = ['/v1/config/service-defaults/web', '/v1/config/service-router/web', intention];
      return Promise.all(targets.map(async (target) => (await ask(agent(name), MANAGEMENT, 'GET', target)).status));
    };
    assert.deepEqual(await there('dc1-a'), [200, 200, 200]);
    for (const name of ['dc2-a', 'dc3-client']) {
      await waitFor(async () => (await there(name)).join() === '200,200,200', `${name} to have them`, DEADLINE_MS);
    }
    for (const { Kind, Name } of [router, defaults])
      await manage(agent('dc3-a'), 'DELETE', `/v1/config/${Kind}/${Name}`);
    assert.deepEqual(await there('dc1-a'), [404, 404, 200]);
    for (const name of ['dc2-a', 'dc3-client']) {
      await waitFor(
        async () => (await there(name)).join() === '404,404,200',
        `${name} to be without them`,
        DEADLINE_MS,
      );
    }
  });

  it('take logins by a method of the primary whose tokens count everywhere, and their ends', async () => {
    const pair = rsaPair();
    const Config = { JWTValidationPubKeys: [pair.pem], BoundIssuer: 'us', BoundAudiences: ['here'] };
    const method = { Type: 'jwt', Config };
    await manage(agent('dc2-a'), 'PUT', '/v1/acl/auth-method', {
      ...method,
      Name: 'everywhere',
      TokenLocality: 'global',
    });
    await manage(agent('dc1-a'), 'PUT', '/v1/acl/auth-method', { ...method, Name: 'first' });
    for (const AuthMethod of ['everywhere', 'first']) {
      const rule = { AuthMethod, BindType: 'role', BindName: 'web' };
      await manage(agent('dc1-a'), 'PUT', '/v1/acl/binding-rule', rule);
    }
    assert.equal((await ask(agent('dc2-a'), MANAGEMENT, 'GET', '/v1/acl/auth-method/everywhere')).status, 404);
    const nowS = Math.floor(Date.now() / 1000);
    const BearerToken = rsaToken(pair, { iss: 'us', aud: ['here'], sub: 'me', iat: nowS, exp: nowS + 3600 });
    for (const name of ['dc2-b', 'dc3-client']) {
      const local = await ask(agent(name), '', 'POST', '/v1/acl/login', { AuthMethod: 'first', BearerToken });
      assert.equal(local.status, 403, local.text);
      assert.match(local.text, /ACL not found: auth method "first" not found$/);
      const { status, text } = await ask(agent(name), '', 'POST', '/v1/acl/login', {
        AuthMethod: 'everywhere',
        BearerToken,
      });
      assert.equal(status, 200, text);
      const { SecretID, Local } = JSON.parse(text) as { readonly SecretID: string; readonly Local: boolean };
      assert.equal(Local, false);
      for (const place of ['dc1-a', 'dc2-a', 'dc3-a'])
        assert.equal((await put(agent(place), SecretID)).status, 200, place);
      const end = await ask(agent(name), SecretID, 'POST', '/v1/acl/logout');
      assert.equal(end.status, 200, end.text);
      for (const place of ['dc1-a', 'dc2-a', 'dc3-a']) {
        await waitFor(
          async () => (await put(agent(place), SecretID)).status === 403,
          `${place} to forget it`,
          DEADLINE_MS,
        );
      }
    }
  });

  interface Roots {
    readonly ActiveRootID: string;
    readonly TrustDomain: string;
    readonly Roots: readonly { readonly ID: string; readonly RootCert: string; readonly Active: boolean }[];
  }
  const rootsOf = async (name: string): Promise<Roots> =>
    (await manage(agent(name), 'GET', '/v1/connect/ca/roots')) as Roots;
  const activeOf = async (name: string): Promise<string> => {
    const { ActiveRootID, Roots } = await rootsOf(name);
    return Roots.find(({ ID }) => ID === ActiveRootID)?.RootCert ?? '';
  };
  const leaf = async (name: string, service: string): Promise<string> =>
    ((await manage(agent(name), 'GET', `/v1/agent/connect/ca/leaf/${service}`)) as { readonly CertPEM: string })
      .CertPEM;

  it('sign certificates that lead to the root of the primary, also to its next one', async (context) => {
    const first = await rootsOf('dc1-a');
    for (const name of ['dc2-b', 'dc3-client']) {
      await waitFor(async () => (await rootsOf(name)).ActiveRootID === first.ActiveRootID, `${name} to have the root`);
      assert.equal((await rootsOf(name)).TrustDomain, first.TrustDomain);
      assert.ok(leadsTo(context, await leaf(name, 'web'), await activeOf('dc1-a')), name);
    }
    await manage(agent('dc1-a'), 'GET', '/v1/connect/ca/configuration');
    const config = { Provider: 'consul', Config: { PrivateKeyBits: 384 } };
    assert.equal((await ask(agent('dc1-a'), MANAGEMENT, 'PUT', '/v1/connect/ca/configuration', config)).status, 200);
    const next = await rootsOf('dc1-a');
    assert.notEqual(next.ActiveRootID, first.ActiveRootID);
    for (const name of ['dc2-b', 'dc3-client']) {
      await waitFor(
        async () => (await rootsOf(name)).ActiveRootID === next.ActiveRootID,
        `${name} to have the next root`,
      );
      const root = await activeOf('dc1-a');
      await waitFor(async () => leadsTo(context, await leaf(name, 'web'), root), `${name} to renew what it has`);
    }
  });

  it('go on without the primary with what they know, and catch up when it is back', async () => {
    for (const name of ['dc2-a', 'dc2-b', 'dc3-a', 'dc3-client'])
      assert.equal((await put(agent(name), WEB)).status, 200);
    await agent('dc1-a').kill();
    const sinceMs = performance.now();
    await waitFor(
      async () => {
        for (const name of ['dc2-a', 'dc2-b', 'dc3-a', 'dc3-client']) {
          assert.equal((await put(agent(name), WEB)).status, 200, name);
        }
        return performance.now() - sinceMs > 3 * TTL_MS;
      },
      'judgments to have aged',
      DEADLINE_MS,
    );
    assert.equal((await put(agent('dc2-b'), LOCAL)).status, 200);
    for (const name of ['dc2-a', 'dc3-client']) assert.equal((await put(agent(name), UNKNOWN)).status, 403, name);
    const refused = await ask(agent('dc2-a'), MANAGEMENT, 'PUT', '/v1/acl/policy', { Name: 'late' });
    assert.equal(refused.status, 500, refused.text);
    await leaf('dc2-b', 'another');
    await waitFor(async () => (await statusOf(agent('dc2-a'))).LastErrorMessage !== '', 'the failure to be told');

    await all.startPrimary();
    await manage(agent('dc1-a'), 'PUT', '/v1/acl/policy', { Name: 'late' });
    const hasIt = async (name: string) => (await listed(agent(name), 'policies', 'Name')).includes('late');
    for (const name of ['dc2-b', 'dc3-a']) await waitFor(() => hasIt(name), `${name} to catch up`, 2 * DEADLINE_MS);
  });
});
