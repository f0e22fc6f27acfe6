// Keys are everybody's in all datacenters: each is asked once, by whoever was asked first, and one that can't be reached is told beside
// what the others did.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyringAnswer } from '../../../../../../src/wire/gossip-pools.js';
import { allowAll } from '../../../../../../src/workers/state/acl/access.js';
import type { ServerView } from '../../../../../../src/workers/state/methods/contract/method.js';
import { isRefusal, refusal } from '../../../../../../src/workers/state/methods/contract/refusal.js';
import {
  type KeyringReport,
  type KeyringRequest,
  keyringOperation,
} from '../../../../../../src/workers/state/methods/operator/keyring.js';
import { FakeControl } from './fake-request.js';

const ASKER = { token: 'secret', authorizer: allowAll };
const LIST: KeyringRequest = {
  operation: 'list',
  key: new Uint8Array(0),
  relayFactor: 2,
  localOnly: false,
  isForwarded: false,
};

function answered(pool: 'wan' | 'lan'): KeyringAnswer {
  return { pool, numNodes: 1, messages: {}, keys: { k: 1 }, primaryKeys: { k: 1 }, error: '' };
}

/** A server of dc1 whose WAN pool knows two more datacenters, of which dc3 can't be reached. */
function asked() {
  const control = new FakeControl({ keyring: [answered('wan'), answered('lan')] });
  const member = (datacenter: string) => ({
    name: `s.${datacenter}`,
    tags: JSON.stringify({ dc: datacenter, id: datacenter, port: '8300', role: 'consul' }),
  });
  const server = {
    datacenter: 'dc1',
    nodeName: 's',
    control,
    wanMembers: () => ['dc3', 'dc1', 'dc2'].map(member),
  } as unknown as ServerView;
  const forwarded: [string, KeyringRequest][] = [];
  const ask = async (request: KeyringRequest) => {
    const reports = await keyringOperation.answer(server, request, ASKER, async (passed, datacenter) => {
      forwarded.push([datacenter, passed]);
      if (datacenter === 'dc3') return refusal('no-datacenter');
      return [
        { ...answered('wan'), datacenter },
        { ...answered('lan'), datacenter },
      ];
    });
    return isRefusal(reports) ? reports.text : reports.map(shown);
  };
  return { ask, forwarded, control };
}

function shown({ pool, datacenter, error, numNodes }: KeyringReport): string {
  return `${pool} ${datacenter} ${numNodes}${error === '' ? '' : ` ${error}`}`;
}

test('the WAN pool is asked once, and the LAN of each datacenter by one of its servers', async () => {
  const { ask, forwarded } = asked();
  const error = refusal('no-datacenter').text;
  assert.deepEqual(await ask(LIST), ['wan dc1 1', 'lan dc1 1', 'lan dc2 1', `lan dc3 0 ${error}`]);
  const passed = { ...LIST, isForwarded: true };
  assert.deepEqual(forwarded, [
    ['dc2', passed],
    ['dc3', passed],
  ]);
});

test('who was asked by another datacenter, or for this one alone, asks its LAN and nobody else', async () => {
  for (const request of [
    { ...LIST, isForwarded: true },
    { ...LIST, localOnly: true },
  ]) {
    const { ask, forwarded, control } = asked();
    assert.deepEqual(await ask(request), ['lan dc1 1']);
    assert.deepEqual(forwarded, []);
    const question = { op: 'keyring', operation: 'list', key: LIST.key, relayFactor: 2, localOnly: true };
    assert.deepEqual(control.asked, [question]);
  }
});

test('a change is for all', async () => {
  const { ask, forwarded, control } = asked();
  assert.match(String(await ask({ ...LIST, operation: 'use', localOnly: true })), /only be used for List/);
  assert.deepEqual([forwarded, control.asked], [[], []]);
});
