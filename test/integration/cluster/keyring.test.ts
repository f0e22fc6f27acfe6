// Gossip keys over a whole fleet: shown and changed from one place in two datacenters, by the command line as an operator does, and
// changed under load without a request that fails.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it, test } from 'node:test';
import { type AgentProcess, waitFor } from '../../agent-process.js';
import * as command from './keyring-command.js';
import { ThreeServers } from './three-servers.js';
import { TwoDatacenters } from './two-datacenters.js';

/** Members have sixteen gossip intervals to get a key onto their disks and answer. */
const PATIENT = ['-hcl', 'gossip_lan { gossip_interval = "500ms" } gossip_wan { gossip_interval = "500ms" }'];

function newKey(): string {
  return randomBytes(32).toString('base64');
}

const keyring = (agent: AgentProcess, ...flags: readonly string[]) => command.keyring(agent.http, flags);

describe('two datacenters', () => {
  const first = newKey();
  const both = new TwoDatacenters([...PATIENT, `-encrypt=${first}`]);
  before(async () => {
    await both.start();
    await both.joinWan();
  });
  after(() => both.stop());

  it('a key is listed, installed, used and removed everywhere from one server', async () => {
    const server = both.server('dc1-a');
    const second = newKey();
    const lists = (key: string): string =>
      '==> Gathering installed encryption keys...\n' +
      `\nWAN:\n  ${key} [4/4]\n\ndc1 (LAN):\n  ${key} [2/2]\n\ndc2 (LAN):\n  ${key} [2/2]\n`;
    assert.equal(await keyring(server, '-list'), lists(first));
    assert.equal(await keyring(server, `-install=${second}`), '==> Installing new gossip encryption key...\n');
    await keyring(server, `-use=${second}`, '-relay-factor=1');
    await keyring(server, `-remove=${first}`);
    assert.equal(await keyring(both.server('dc2-b'), '-list').then((text) => text.includes(first)), false);
    assert.equal(await keyring(server, '-list'), lists(second));
    const own = await keyring(server, '-list', '-local-only');
    assert.equal(own, `==> Gathering installed encryption keys...\n\ndc1 (LAN):\n  ${second} [2/2]\n`);
  });

  it('a datacenter that is gone and a node that is silent are named', async () => {
    await both.server('dc2-a').kill();
    await both.server('dc2-b').kill();
    await assert.rejects(
      command.keyringOnce(both.server('dc1-a').http, ['-list']),
      (error: { readonly stderr: string }) => {
        assert.match(error.stderr, /dc2 \(LAN\) error: /);
        return true;
      },
    );
  });
});

test('a key is changed under load in three servers and two clients: no request fails', async (context) => {
  const first = newKey();
  const three = new ThreeServers(PATIENT, first);
  context.after(() => three.stop());
  await three.start();
  const agents = [...three.servers, three.client, await three.startAnother('second')];
  const alive = async (agent: AgentProcess): Promise<number> => {
    const members = (await agent.json('/v1/agent/members')) as readonly { readonly Status: number }[];
    return members.filter(({ Status }) => Status === 1).length;
  };
  for (const agent of agents) await waitFor(async () => (await alive(agent)) === 5, 'five members');
  let isOver = false;
  let requests = 0;
  const failures: string[] = [];
  const load = agents.map(async (agent, i) => {
    for (let n = 0; !isOver; n += 1) {
      const asked: readonly [string, string, string?][] = [
        ['PUT', `/v1/kv/load/${i}`, String(n)],
        ['GET', `/v1/kv/load/${i}?consistent`],
        ['PUT', '/v1/agent/service/register', `{"Name":"load-${i}","Port":${1 + (n % 60_000)}}`],
        ['GET', `/v1/health/service/load-${i}`],
      ];
      for (const [method, target, body] of asked) {
        const { status, text } = await agent.request(method, target, body);
        requests += 1;
        if (status !== 200) failures.push(`${method} ${target}: ${status} ${text}`);
      }
    }
  });
  const second = newKey();
  const [server, , , client] = agents;
  assert.ok(server && client);
  try {
    await keyring(server, `-install=${second}`);
    // By way of a client agent, which asks a server.
    await keyring(client, `-use=${second}`);
    await keyring(server, `-remove=${first}`);
  } finally {
    isOver = true;
    await Promise.all(load);
  }
  assert.deepEqual(failures, []);
  assert.ok(requests > 100, `${requests} requests`);
  for (const agent of agents) await waitFor(async () => (await alive(agent)) === 5, 'five members still');
  assert.match(
    await keyring(client, '-list-primary', '-local-only'),
    new RegExp(`${second.replace(/[+/]/g, '\\$&')} \\[5/5\\]`),
  );
});
