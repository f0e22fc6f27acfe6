// Tokens that servers are asked about: for how long an answer holds, and what becomes of it when nobody answers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LinkedToken } from '../../../../../src/wire/acl/linked-token.js';
import { type Refusal, refusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { AskedTokens } from '../../../../../src/workers/state/tokens/asked-tokens.js';
import { policy, TOKEN } from './acl-rows.js';

const FOUND: LinkedToken = { token: TOKEN, roles: [], policies: [policy('p1', 'key "a" { policy = "read" }')] };
const DOWN = refusal('no-servers');
const UNKNOWN = refusal('denied', 'ACL not found');

function asking(downPolicy: string) {
  const rig = { answer: FOUND as LinkedToken | Refusal, asked: [] as string[], ms: 0 };
  const tokens = new AskedTokens({
    datacenter: 'dc1',
    defaultPolicy: 'deny',
    listsKeysByRule: false,
    read: async (secret) => {
      rig.asked.push(secret);
      return rig.answer;
    },
    own: () => null,
    downPolicy,
    keptForMs: 30_000,
    now: () => rig.ms,
  });
  const mayRead = async (secret = 'secret') => {
    const judged = await tokens.resolve(secret);
    return 'refused' in judged ? judged.text : judged.allows('key:read', 'a');
  };
  return { rig, tokens, mayRead };
}

test('an answer holds for its time, and those who ask meanwhile share one question', async () => {
  const { rig, tokens, mayRead } = asking('extend-cache');
  const both = await Promise.all([tokens.resolve('secret'), tokens.resolve('secret')]);
  assert.equal(both[0], both[1]);
  rig.ms = 29_999;
  assert.equal(tokens.resolve('secret'), both[0]);
  assert.deepEqual(rig.asked, ['secret']);
  rig.ms = 30_000;
  // The same answer is the same authorizer: nobody has to begin anew.
  assert.equal(await tokens.resolve('secret'), both[0]);
  rig.ms = 60_000;
  rig.answer = UNKNOWN;
  assert.equal(await mayRead(), 'ACL not found');
  assert.deepEqual(rig.asked, ['secret', 'secret', 'secret']);
});

test('nobody’s token is asked about as that of anonymous', async () => {
  const { rig, mayRead } = asking('extend-cache');
  await mayRead('');
  await mayRead('anonymous');
  assert.deepEqual(rig.asked, ['anonymous']);
});

test('when no server answers, what is known holds on, and what isn’t is denied', async () => {
  const { rig, mayRead } = asking('extend-cache');
  assert.equal(await mayRead(), true);
  rig.ms = 100_000;
  rig.answer = DOWN;
  assert.equal(await mayRead(), true);
  assert.equal(await mayRead('other'), false);
  const asked = rig.asked.length;
  assert.equal(await mayRead(), true);
  assert.equal(rig.asked.length, asked, 'not each request waits for who is not there');
  rig.ms += 1_000;
  rig.answer = UNKNOWN;
  assert.equal(await mayRead(), 'ACL not found');
});

for (const [downPolicy, may] of [
  ['deny', false],
  ['allow', true],
] as const) {
  test(`acl.down_policy ${downPolicy}`, async () => {
    const { rig, mayRead } = asking(downPolicy);
    rig.answer = DOWN;
    assert.equal(await mayRead('other'), may);
    rig.answer = FOUND;
    assert.equal(await mayRead(), true);
    rig.ms = 100_000;
    rig.answer = DOWN;
    assert.equal(await mayRead(), may);
  });
}

test('acl.down_policy async-cache: what was known is said at once, and asked about behind it', async () => {
  const { rig, tokens, mayRead } = asking('async-cache');
  const first = await tokens.resolve('secret');
  rig.ms = 100_000;
  rig.answer = UNKNOWN;
  assert.equal(tokens.resolve('secret'), first);
  assert.deepEqual(rig.asked, ['secret', 'secret']);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await mayRead(), 'ACL not found');
});

for (const downPolicy of ['deny', 'allow', 'extend-cache']) {
  test(`with down_policy ${downPolicy} nobody is asked twice within a second about what nobody answered for`, async () => {
    const { rig, tokens, mayRead } = asking(downPolicy);
    rig.answer = DOWN;
    await mayRead();
    // At once, so that DNS may answer with it.
    assert.ok(!(tokens.resolve('secret') instanceof Promise));
    rig.ms = 999;
    await mayRead();
    assert.equal(rig.asked.length, 1);
    rig.ms = 1_000;
    rig.answer = FOUND;
    assert.equal(await mayRead(), true);
    assert.equal(rig.asked.length, 2);
  });
}

test('secrets that nobody answers for don’t oust what is known', async () => {
  const { rig, mayRead } = asking('extend-cache');
  assert.equal(await mayRead(), true);
  rig.answer = DOWN;
  for (let number = 0; number < 20_000; number += 1) await mayRead(`unknown-${number}`);
  rig.ms = 100_000;
  assert.equal(await mayRead(), true);
});
