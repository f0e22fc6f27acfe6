// Errors of other servers come as texts: what they mean here, and which of them say that asking again may help.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AskedFailure,
  mayAskElsewhere,
  mayAskLeaderAgain,
  refusalOf,
  speaksAgainstServer,
} from '../../../../../src/workers/state/calls/asked-failure.js';
import { statusOf } from '../../../../../src/workers/state/methods/contract/refusal.js';

const CALL = 'rpc error making call: ';

function answered(text: string): AskedFailure {
  return { ok: false, kind: 'answered', text: `${CALL}${text}` };
}

const STATUSES: readonly (readonly [string, number])[] = [
  ['Permission denied: anonymous token lacks permission \'key:read\' on "a/b". The anonymous token is used', 403],
  ['ACL not found', 403],
  ['RPC rate limit exceeded', 429],
  ['rate limit exceeded, try again later or against a different server', 429],
  ['rate limit exceeded for operation that can only be performed by the leader, try again later', 503],
  ['cannot encode message: integer out of range', 400],
  [`${CALL}cannot encode message: value is nested too deeply`, 400],
  ['Must provide key', 400],
  ['No cluster leader', 500],
  ['Must provide node', 500],
];

test('an answer has the status that it has where it comes from, and its own words', () => {
  for (const [text, status] of STATUSES) {
    const refused = refusalOf(answered(text));
    assert.equal(statusOf(refused), status, text);
    assert.equal(refused.text, `${CALL}${text}`);
  }
});

test('what keeps every write from being done is told from what is wrong with one', () => {
  const codes = ['leadership lost while committing log', 'leadership transfer in progress', 'No path to datacenter'];
  assert.deepEqual(
    codes.map((text) => refusalOf(answered(`raft apply failed: ${text}`)).refused),
    ['leadership-lost', 'transferring', 'no-datacenter'],
  );
  assert.equal(refusalOf(answered("Unknown service ID 'x' for check ID 'y'")).refused, 'failed');
  assert.equal(refusalOf({ ok: false, kind: 'lost', text: `${CALL}EOF` }).refused, 'unreachable');
});

test('a name that a user gave means nothing', () => {
  const harmless = answered('raft apply failed: invalid session "No cluster leader"');
  assert.equal(mayAskLeaderAgain(harmless, true), false);
  assert.equal(mayAskElsewhere(harmless, true), false);
  assert.equal(speaksAgainstServer(harmless), false);
  assert.equal(refusalOf(harmless).refused, 'failed');
  const really = answered(`${CALL}No cluster leader`);
  assert.equal(mayAskLeaderAgain(really, false), true);
  assert.equal(mayAskElsewhere(really, false), true);
  assert.equal(speaksAgainstServer(really), true);
});
