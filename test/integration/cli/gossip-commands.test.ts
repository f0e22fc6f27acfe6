// The commands around the gossip pools against an agent's answers: what they print, what they ask for, how they fail.

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { type FakeAgent, startFakeAgent } from './fake-agent.js';
import { lictor, type Outcome } from './program.js';

const done = (stdout: string): Outcome => ({ code: 0, stdout, stderr: '' });
const failed = (stderr: string, stdout = ''): Outcome => ({ code: 1, stdout, stderr });

interface Rig {
  readonly agent: FakeAgent;
  readonly run: (...argv: string[]) => Promise<Outcome>;
}

async function rig(context: TestContext): Promise<Rig> {
  const agent = await startFakeAgent(context);
  agent.answer('GET /v1/agent/self', { Config: { NodeName: 'one', Datacenter: 'dc1' } });
  const env = { CONSUL_HTTP_ADDR: agent.address };
  return { agent, run: (...argv) => lictor(argv, { env }) };
}

function requests(agent: FakeAgent): string[] {
  return agent.asked.map(({ method, target }) => `${method} ${target}`);
}

describe('join and force-leave', () => {
  test('one of several addresses is enough', async (context) => {
    const { agent, run } = await rig(context);
    agent.answer('PUT /v1/agent/join/%5B::1%5D:8302', 'unreachable\n\n', 500);
    agent.answer('PUT /v1/agent/join/10.0.0.2:8302', '');
    agent.answer('PUT /v1/agent/join/b.dc2/10.0.0.3', '');
    assert.deepEqual(await run('join', '-wan', '[::1]:8302', '10.0.0.2:8302', 'b.dc2/10.0.0.3'), {
      code: 0,
      stdout: 'Successfully joined cluster by contacting 2 nodes.\n',
      stderr: "Error joining address '[::1]:8302': Unexpected response code: 500 (unreachable)\n",
    });
    assert.deepEqual(requests(agent), [
      'PUT /v1/agent/join/%5B::1%5D:8302?wan=1',
      'PUT /v1/agent/join/10.0.0.2:8302?wan=1',
      'PUT /v1/agent/join/b.dc2/10.0.0.3?wan=1',
    ]);
  });

  test('words that are missing are answered with the help', async () => {
    const outcome = await lictor(['join']);
    assert.equal(outcome.code, 1);
    assert.match(
      outcome.stderr,
      /^At least one address to join must be specified\.\n\nUsage: lictor join \[options\] /,
    );
    assert.match(outcome.stderr, /\n {2}-wan\n/);
  });

  test('a member is pruned from the pool that is meant', async (context) => {
    const { agent, run } = await rig(context);
    agent.answer('PUT /v1/agent/force-leave/a.dc2', '');
    assert.deepEqual(await run('force-leave', '-prune', '-wan', 'a.dc2'), done(''));
    assert.deepEqual(requests(agent), ['PUT /v1/agent/force-leave/a.dc2?prune=1&wan=1']);
  });
});

describe('members', () => {
  const member = (Name: string, Status: number, tags: object): object => ({
    ...{ Name, Addr: '10.0.0.1', Port: 8301, Status },
    Tags: { role: 'node', ...tags },
  });

  test('all states, detailed: tags by name, with partition and segment', async (context) => {
    const { agent, run } = await rig(context);
    const states = [0, 1, 2, 3, 4].map((status) => member(`n${status}`, status, {}));
    agent.answer('GET /v1/agent/members', [...states, member('z', 1, { 'a-b': 'x', a: 'y', segment: 'alpha' })]);
    assert.deepEqual(
      await run('members', '-detailed', '-wan', '-status=^(none|alive|leaving|left|failed)$'),
      done(
        [
          'Node  Address        Status   Tags',
          'n0    10.0.0.1:8301  none     ap=default,role=node,segment=<default>',
          'n1    10.0.0.1:8301  alive    ap=default,role=node,segment=<default>',
          'n2    10.0.0.1:8301  leaving  ap=default,role=node,segment=<default>',
          'n3    10.0.0.1:8301  left     ap=default,role=node,segment=<default>',
          'n4    10.0.0.1:8301  failed   ap=default,role=node,segment=<default>',
          'z     10.0.0.1:8301  alive    a=y,a-b=x,ap=default,role=node,segment=alpha',
          '',
        ].join('\n'),
      ),
    );
    assert.deepEqual(requests(agent), ['GET /v1/agent/members?segment=_all&wan=1']);
    const left = await run('members', '-status=^le');
    assert.deepEqual(
      left.stdout.split('\n').map((line) => line.split(' ')[0]),
      ['Node', 'n2', 'n3', ''],
    );
  });

  test('patterns are RE2, with its texts', async () => {
    assert.deepEqual(
      await lictor(['members', '-status=(?=a)']),
      failed('Failed to compile status regexp: error parsing regexp: invalid or unsupported Perl syntax: `(?=`\n'),
    );
  });
});

describe('event', () => {
  test('filters and payload are handed on', async (context) => {
    const { agent, run } = await rig(context);
    agent.answer('PUT /v1/event/fire/de%2Fploy', { ID: '7d0bc2d5-0b0f-4a9e-9d3d-7f1a2b3c4d5e', Name: 'de/ploy' });
    assert.deepEqual(
      await run('event', '-name=de/ploy', '-node=^a+$', '-service=web', '-tag=x y', '--', '-payload'),
      done('Event ID: 7d0bc2d5-0b0f-4a9e-9d3d-7f1a2b3c4d5e\n'),
    );
    assert.deepEqual(requests(agent), [
      'GET /v1/agent/self',
      'PUT /v1/event/fire/de%2Fploy?node=%5Ea%2B%24&service=web&tag=x%20y',
    ]);
    assert.equal(agent.asked[1]?.body, '-payload');
  });

  test('what the agent says against it', async (context) => {
    const { agent, run } = await rig(context);
    const refusal = 'error broadcasting event: user event exceeds configured limit of 512 bytes before encoding';
    agent.answer('PUT /v1/event/fire/big', refusal, 500);
    assert.deepEqual(
      await run('event', '-name=big', 'x'),
      failed(`Error firing event: Unexpected response code: 500 (${refusal})\n`),
    );
    agent.answer('GET /v1/agent/self', 'Permission denied', 403);
    assert.deepEqual(
      await run('event', '-name=big', 'x'),
      failed('Error querying Consul agent: Unexpected response code: 403 (Permission denied)\n'),
    );
  });

  test('a bad filter is no reason to ask anybody', async (context) => {
    const { agent, run } = await rig(context);
    assert.deepEqual(
      await run('event', '-name=e', '-service=a', '-tag=('),
      failed('Failed to compile tag filter regexp: error parsing regexp: missing closing ): `(`\n'),
    );
    assert.deepEqual(agent.asked, []);
  });
});

describe('keyring', () => {
  const OLD = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
  const NEW = '//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=';
  const pool = (Datacenter: string, WAN: boolean, counts: object, more: object = {}): object => ({
    ...{ WAN, Datacenter, Segment: '', Keys: counts, PrimaryKeys: { [OLD]: 2 }, NumNodes: 2 },
    ...more,
  });

  test('lists by pool: keys and how many nodes have them', async (context) => {
    const { agent, run } = await rig(context);
    const truncated = { Messages: { two: 'truncated key list response, showing first 1 of 2 keys' } };
    agent.answer('GET /v1/operator/keyring', [
      pool('dc1', true, { [OLD]: 2, [NEW]: 1 }),
      pool('dc1', false, { [OLD]: 2 }, truncated),
      pool('dc2', false, { [OLD]: 1 }, { Segment: 'alpha' }),
    ]);
    assert.deepEqual(
      await run('keyring', '-list'),
      done(
        [
          '==> Gathering installed encryption keys...\n',
          `WAN:\n  ${NEW} [1/2]\n  ${OLD} [2/2]\n`,
          `dc1 (LAN):\n  two: truncated key list response, showing first 1 of 2 keys\n  ${OLD} [2/2]\n`,
          `dc2 (LAN) [alpha]:\n  ${OLD} [1/2]\n`,
        ].join('\n'),
      ),
    );
    assert.deepEqual(
      await run('keyring', '-list-primary', '-local-only', '-relay-factor=3'),
      done(
        [
          '==> Gathering installed primary encryption keys...\n',
          `WAN:\n  ${OLD} [2/2]\n`,
          `dc1 (LAN):\n  two: truncated key list response, showing first 1 of 2 keys\n  ${OLD} [2/2]\n`,
          `dc2 (LAN) [alpha]:\n  ${OLD} [2/2]\n`,
        ].join('\n'),
      ),
    );
    assert.deepEqual(requests(agent), [
      'GET /v1/operator/keyring',
      'GET /v1/operator/keyring?local-only=true&relay-factor=3',
    ]);
  });

  test('changes say what they do; the agent says what went wrong', async (context) => {
    const { agent, run } = await rig(context);
    const steps = [
      ['install', 'POST', 'Installing new gossip encryption key...'],
      ['use', 'PUT', 'Changing primary gossip encryption key...'],
      ['remove', 'DELETE', 'Removing gossip encryption key...'],
    ] as const;
    for (const [flag, method, announcement] of steps) {
      agent.answer(`${method} /v1/operator/keyring`, '');
      assert.deepEqual(await run('keyring', `-${flag}=${NEW}`, '-relay-factor=0'), done(`==> ${announcement}\n`));
      const last = agent.asked.at(-1);
      assert.deepEqual(`${last?.method} ${last?.target}`, `${method} /v1/operator/keyring`);
      assert.deepEqual(JSON.parse(last?.body ?? ''), { Key: NEW });
    }
    const errors =
      '4 errors occurred:\n\t* WAN error: 1/1 nodes reported failure\n' +
      '\t* one.dc1: Removing the primary key is not allowed\n\t* dc1 (LAN) error: 1/1 nodes reported failure\n' +
      '\t* one: Removing the primary key is not allowed';
    agent.answer('DELETE /v1/operator/keyring', `${errors}\n\n`, 500);
    assert.deepEqual(
      await run('keyring', `-remove=${NEW}`),
      failed(`error: Unexpected response code: 500 (${errors})\n`, '==> Removing gossip encryption key...\n'),
    );
  });

  test('options that make no sense are refused before anybody is asked', async (context) => {
    const { agent, run } = await rig(context);
    const relay = failed('Error parsing relay factor: Relay factor must be in range: [0, 5]\n');
    assert.deepEqual(await run('keyring', '-list', '-relay-factor=6'), relay);
    assert.deepEqual(await run('keyring', '-list', '-relay-factor=-1'), relay);
    assert.deepEqual(
      await run('keyring', '-local-only', `-use=${NEW}`),
      failed('Error validating local-only: local-only can only be set for list requests\n'),
    );
    assert.deepEqual(await run('keyring', '-list', '-list-primary'), failed('Only a single action is allowed\n'));
    const help = await run('keyring', '-list=false');
    assert.equal(help.code, 1);
    assert.match(help.stderr, /^Usage: lictor keyring \[options\]\n/);
    assert.deepEqual(agent.asked, []);
  });
});

describe('rtt', () => {
  const at = (x: number, Height = 0, Adjustment = 0): object => ({
    ...{ Vec: [x, 0, 0, 0, 0, 0, 0, 0], Error: 1.5 },
    ...{ Adjustment, Height },
  });
  const nodes = (places: { readonly [name: string]: object }): object[] =>
    Object.entries(places).map(([Node, Coord]) => ({ Node, Segment: '', Coord }));

  test('between two nodes, or from the own one', async (context) => {
    const { agent, run } = await rig(context);
    agent.answer('GET /v1/coordinate/nodes', nodes({ one: at(0, 0.0001), two: at(0.0005, 0.00001), far: at(0.3) }));
    assert.deepEqual(
      await run('rtt', 'two', 'one'),
      done('Estimated two <-> one rtt: 0.610 ms (using LAN coordinates)\n'),
    );
    assert.deepEqual(await run('rtt', 'far'), done('Estimated far <-> one rtt: 300.100 ms (using LAN coordinates)\n'));
    assert.deepEqual(requests(agent), ['GET /v1/coordinate/nodes', 'GET /v1/agent/self', 'GET /v1/coordinate/nodes']);
    assert.deepEqual(await run('rtt', 'one', 'n"o'), failed('Could not find a coordinate for node "n\\"o"\n'));
  });

  test('between servers of datacenters', async (context) => {
    const { agent, run } = await rig(context);
    agent.answer('GET /v1/coordinate/datacenters', [
      { Datacenter: 'dc1', AreaID: 'wan', Coordinates: nodes({ one: at(0) }) },
      { Datacenter: 'dc2', AreaID: 'wan', Coordinates: nodes({ 'a.b': at(0.001, 0, 0.000275) }) },
      { Datacenter: 'dc3', AreaID: 'wan', Coordinates: null },
    ]);
    const expected = done('Estimated a.b.dc2 <-> one.dc1 rtt: 1.275 ms (using WAN coordinates)\n');
    assert.deepEqual(await run('rtt', '-wan', 'a.b.dc2', 'one.dc1'), expected);
    assert.deepEqual(await run('rtt', '-wan', 'a.b.dc2'), expected);
    assert.deepEqual(await run('rtt', '-wan', 'one.dc2'), failed('Could not find a coordinate for node "one.dc2"\n'));
    assert.deepEqual(
      await run('rtt', '-wan', 'one.dc1', 'two'),
      failed('Node names must be specified as <node name>.<datacenter> with -wan\n'),
    );
  });

  test('halves are rounded to even, as Go does', async (context) => {
    const { agent, run } = await rig(context);
    // 0.0625 and 0.1875 ms have exact binary forms, 0.0005 ms is a bit more than it says.
    agent.answer('GET /v1/coordinate/nodes', nodes({ o: at(0), a: at(0.0000625), b: at(0.0001875), c: at(0.0000005) }));
    for (const [node, text] of [
      ['a', '0.062'],
      ['b', '0.188'],
      ['c', '0.001'],
    ] as const) {
      assert.match((await run('rtt', 'o', node)).stdout, new RegExp(`rtt: ${text} ms`));
    }
  });

  test('an agent without coordinates', async (context) => {
    const { agent, run } = await rig(context);
    agent.answer('GET /v1/coordinate/nodes', 'No cluster leader', 500);
    assert.deepEqual(
      await run('rtt', 'a', 'b'),
      failed('Error getting coordinates: Unexpected response code: 500 (No cluster leader)\n'),
    );
  });
});

describe('maint', () => {
  test('what is out of service, the node first', async (context) => {
    const { agent, run } = await rig(context);
    const check = (CheckID: string, ServiceID: string, Notes: string): object => ({ CheckID, ServiceID, Notes });
    agent.answer('GET /v1/agent/checks', {
      '_service_maintenance:redis': check('_service_maintenance:redis', 'redis', 'offline'),
      'service:redis': check('service:redis', 'redis', 'none of ours'),
      _node_maintenance: check('_node_maintenance', '', 'broken'),
    });
    assert.deepEqual(
      await run('maint'),
      done('Node:\n  Name:   one\n  Reason: broken\n\nService:\n  ID:     redis\n  Reason: offline\n\n'),
    );
  });

  test('a service by its ID', async (context) => {
    const { agent, run } = await rig(context);
    agent.answer('PUT /v1/agent/service/maintenance/a%2Fb', '');
    assert.deepEqual(
      await run('maint', '-enable', '-service=a/b', '-reason=x&y'),
      done('Service maintenance is now enabled for "a/b"\n'),
    );
    assert.equal(agent.asked.at(-1)?.target, '/v1/agent/service/maintenance/a%2Fb?enable=true&reason=x%26y');
    agent.answer('PUT /v1/agent/maintenance', 'Permission denied', 403);
    assert.deepEqual(
      await run('maint', '-disable'),
      failed('Error disabling node maintenance: Unexpected response code: 403 (Permission denied)\n'),
    );
  });
});
