import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MergeRules } from '../../../../src/main/gossip/serf/pool/options.js';
import { type PushPullNode, STATE_ALIVE, STATE_LEFT } from '../../../../src/main/gossip/wire/messages.js';
import { finish } from '../../../../src/main/gossip/wire/steps.js';
import { allowedNetworks } from '../../../../src/main/pools/allowed-networks.js';
import { lanMergeRules, wanMergeRules } from '../../../../src/main/pools/merge-rules.js';
import { live, metaOf, recordedNode } from './recorded.js';

const OWN_ID = '11111111-2222-4333-8444-000000000001';
const common = { datacenter: 'dc1', isAllowedAddress: () => true };

/** The rules of the recorded server. */
const lan = lanMergeRules({ ...common, name: 'srv1', nodeId: OWN_ID });
const wan = wanMergeRules({ ...common, name: 'srv1.dc1', isFederationDisabled: false });

type TagRecord = { readonly [name: string]: string };

function node(name: string, tags: TagRecord, changes: Partial<PushPullNode> = {}): PushPullNode {
  const place = { Addr: Uint8Array.of(127, 0, 0, 1), Port: 8301, Incarnation: 1, State: STATE_ALIVE };
  return { Name: name, ...place, Meta: metaOf(tags), Vsn: Uint8Array.of(1, 5, 2, 2, 5, 4), ...changes };
}

function alive(rules: MergeRules, { Name, Addr, Port, Meta, Vsn }: PushPullNode, isJudged = false): string | null {
  assert.ok(Addr !== null && Meta !== null);
  return rules.refuseAlive({ name: Name, address: { ip: Addr, port: Port }, meta: Meta, versionBytes: Vsn }, isJudged);
}

/** What both ways of hearing of the member say. */
function refusal(rules: MergeRules, member: PushPullNode): string | null {
  const merged = finish(rules.refuseMerge([member]));
  assert.equal(alive(rules, member), merged);
  return merged;
}

test('recorded refusals come with the recorded texts', () => {
  const refused = live.filter((entry) => entry.name.startsWith('told to join'));
  assert.equal(refused.length, 6);
  for (const { name, member, tags, wan: isWan, answer } of refused) {
    const text = refusal(isWan ? wan : lan, node(member, tags));
    assert.ok(text !== null, name);
    assert.match(answer, /Failed to join [^ ]+: /);
    assert.equal(answer.replace(/^.*Failed to join [^ ]+: /s, ''), text, name);
  }
});

test('recorded members are taken in, ourselves included', () => {
  const self = recordedNode('LAN', 'srv1');
  assert.equal(finish(lan.refuseMerge([self, recordedNode('LAN', 'cli1')])), null);
  assert.equal(alive(lan, self), null);
  assert.equal(finish(lan.refuseMerge([{ ...self, Name: 'SRV1' }])), null);
  assert.equal(refusal(wan, recordedNode('WAN', 'srv1.dc1')), null);
});

test('two members of one push/pull with the same ID', () => {
  const tags = recordedNode('LAN', 'cli1').tags;
  const text = `Member 'b' has conflicting node ID '${tags['id']}' with member 'a'`;
  assert.equal(finish(lan.refuseMerge([node('a', tags), node('b', tags)])), text);
  assert.equal(finish(lan.refuseMerge([node('a', tags)])), null, 'another push/pull is another list');
  assert.equal(finish(lan.refuseMerge([node('b', tags)])), null);
  for (const build of ['0.8.4:', '0.7.9:', 'none']) {
    assert.equal(finish(lan.refuseMerge([node('a', { ...tags, build }), node('b', tags)])), null, build);
  }
  for (const build of ['0.8.5:', '0.9.0:', '0.10.1:', '1.0.0:']) {
    assert.equal(finish(lan.refuseMerge([node('a', { ...tags, build }), node('b', tags)])), text, build);
  }
});

test('who has left is not asked for an ID, nor for a datacenter', () => {
  const tags = { ...recordedNode('LAN', 'cli1').tags, dc: 'dc2', id: OWN_ID };
  const left = { State: STATE_LEFT };
  assert.equal(finish(lan.refuseMerge([node('a', tags, left), node('b', { ...tags, dc: 'dc1', id: 'x' })])), null);
  const { id: _id, ...anonymous } = tags;
  const text = "Member 'a' part of wrong datacenter 'dc2'";
  assert.equal(finish(lan.refuseMerge([node('a', anonymous, left)])), text, 'without an ID the datacenter counts');
});

test('members that are neither server nor client may be of any datacenter', () => {
  assert.equal(refusal(lan, node('a', { role: 'other', dc: 'dc2' })), null);
  assert.equal(refusal(lan, node('a', { role: 'consul', dc: 'dc2' })), null, 'no server, for lack of a port');
});

test('without WAN federation servers of other datacenters are refused', () => {
  const alone = wanMergeRules({ ...common, name: 'srv1.dc1', isFederationDisabled: true });
  const tags = recordedNode('WAN', 'srv1.dc1').tags;
  assert.equal(refusal(alone, node('s.dc1', tags)), null);
  const text = "Member 's.dc2' part of wrong datacenter 'dc2'; WAN federation is disabled";
  assert.equal(refusal(alone, node('s.dc2', { ...tags, dc: 'dc2' })), text);
  assert.equal(refusal(wan, node('s.dc2', { ...tags, dc: 'dc2' })), null);
});

test('addresses and tags of impossible length refuse the whole push/pull', () => {
  const good = recordedNode('LAN', 'cli1');
  const withAddress = (Addr: Uint8Array | null): string | null =>
    finish(lan.refuseMerge([good, { ...good, Name: 'x', Addr }]));
  assert.equal(withAddress(null), 'IP byte length is invalid: 0 bytes is not either 4 or 16');
  assert.equal(withAddress(new Uint8Array(5)), 'IP byte length is invalid: 5 bytes is not either 4 or 16');
  const long = { ...good, Meta: new Uint8Array(513) };
  assert.equal(refusal(lan, long), 'Encoded length of tags exceeds limit of 512 bytes');
  assert.equal(refusal(lan, { ...good, Meta: new Uint8Array(512) }), null);
});

test('a member outside the allowed networks is refused by itself', () => {
  const isAllowedAddress = allowedNetworks(['10.0.0.0/8']);
  const rules = lanMergeRules({ ...common, name: 'srv1', nodeId: OWN_ID, isAllowedAddress });
  const outside = recordedNode('LAN', 'cli1');
  assert.equal(alive(rules, outside), '127.0.0.1 is not allowed');
  assert.equal(
    alive(rules, outside, true),
    '127.0.0.1 is not allowed',
    'also when he came in a list that was let pass',
  );
  assert.equal(finish(rules.refuseMerge([outside])), null, 'the others of the list are still welcome');
  assert.equal(alive(rules, { ...outside, Addr: Uint8Array.of(10, 0, 0, 1) }), null);
  assert.equal(alive(rules, recordedNode('LAN', 'srv1')), null, 'we are no stranger');
});
