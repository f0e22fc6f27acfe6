// The certificate authority in a cluster: a client agent has certificates of its services, renewed when the root changes; they
// lead to the roots that every agent knows, also when the leader that made them is killed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AgentProcess, waitFor } from '../../agent-process.js';
import { leadsTo } from '../../openssl.js';
import { ThreeServers } from './three-servers.js';

interface Leaf {
  readonly CertPEM: string;
  readonly SerialNumber: string;
  readonly ModifyIndex: number;
}
interface Roots {
  readonly ActiveRootID: string;
  readonly Roots: readonly { readonly ID: string; readonly RootCert: string; readonly Active: boolean }[];
}

const LEAF = '/v1/agent/connect/ca/leaf/web';
const ROOTS = '/v1/connect/ca/roots';
/** The usual half a minute is for thousands of services. */
const SPREAD = '-hcl=connect { test_ca_leaf_root_change_spread = "100ms" }';

async function rootsOf(agent: AgentProcess): Promise<Roots> {
  return (await agent.json(ROOTS)) as Roots;
}

function activeOf({ Roots: roots }: Roots): Roots['Roots'][number] {
  const active = roots.filter(({ Active }) => Active);
  assert.equal(active.length, 1);
  return active[0] as Roots['Roots'][number];
}

test('certificates of a client agent, a rotation, and the end of the leader', async (context) => {
  const three = new ThreeServers([SPREAD]);
  try {
    await three.start();
    const { client } = three;
    await waitFor(async () => (await rootsOf(client)).ActiveRootID !== '', 'an authority');
    const before = activeOf(await rootsOf(client));
    const first = (await client.json(LEAF)) as Leaf;
    assert.ok(leadsTo(context, first.CertPEM, before.RootCert));

    const follower = three.servers[((await three.leader()) + 1) % three.servers.length] as AgentProcess;
    const renewed = client.json(`${LEAF}?index=${first.ModifyIndex}&wait=60s`);
    const config = JSON.stringify({ Provider: 'consul', Config: { PrivateKeyBits: 384 } });
    assert.equal((await follower.request('PUT', '/v1/connect/ca/configuration', config)).status, 200);
    const second = (await renewed) as Leaf;
    assert.notEqual(second.SerialNumber, first.SerialNumber);
    const after = activeOf(await rootsOf(client));
    assert.notEqual(after.ID, before.ID);
    assert.ok(leadsTo(context, second.CertPEM, after.RootCert), 'by the new root');
    assert.ok(leadsTo(context, second.CertPEM, before.RootCert), 'by the old one, which has signed the new one');

    const killed = await three.leader();
    await (three.servers[killed] as AgentProcess).kill();
    await three.leader();
    const survivors = three.servers.filter((_, at) => at !== killed);
    for (const server of survivors) {
      await waitFor(async () => (await rootsOf(server)).ActiveRootID === after.ID, 'the same root');
      assert.deepEqual((await rootsOf(server)).Roots.map(({ ID }) => ID).sort(), [after.ID, before.ID].sort());
    }
    const asked = async (): Promise<boolean> =>
      (await client.request('GET', '/v1/agent/connect/ca/leaf/db')).status === 200;
    await waitFor(asked, 'the new leader to sign');
    const third = (await client.json('/v1/agent/connect/ca/leaf/db')) as Leaf;
    assert.ok(leadsTo(context, third.CertPEM, after.RootCert));
    assert.equal(((await client.json(LEAF)) as Leaf).SerialNumber, second.SerialNumber, 'what was there is kept');
  } finally {
    await three.stop();
  }
});
