// Who answers a question that came to a reader: itself from what it has, as soon as that is as new as what anybody was shown, or the
// primary.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FromReader } from '../../../src/wire/reader-port.js';
import { HandedQuestions } from '../../../src/workers/state/dns/handed-questions.js';
import { ReaderResponder } from '../../../src/workers/state/dns/reader-responder.js';
import type { Responder } from '../../../src/workers/state/dns/responder.js';
import type { Response } from '../../../src/workers/state/dns/response.js';
import { defaultDns } from '../../integration/dns/catalog.js';

const PACKET = Buffer.from('question');
const answer = (text: string): Response => ({ bytes: Buffer.from(text), zone: 'domain', type: 1 });

function responder(
  local: { isReady: boolean; leads: boolean; lastContactMs: number },
  config: object = {},
  near: Response = answer('near'),
) {
  const seen = { stale: 0, behind: null as Promise<void> | null };
  const reader = new ReaderResponder({
    config: { ...defaultDns, ...config },
    local,
    near: { respond: () => near, reload: () => {} } as unknown as Responder,
    catchUp: () => seen.behind,
    handOver: () => Promise.resolve(answer('primary')),
    staleQuery: () => {
      seen.stale += 1;
    },
  });
  const respond = async (): Promise<string | undefined> => (await reader.respond(PACKET, 'udp'))?.bytes.toString();
  return { seen, respond };
}

test('a server that heard of a leader answers from its readers', async () => {
  const leader = responder({ isReady: true, leads: true, lastContactMs: 0 });
  assert.equal(await leader.respond(), 'near');
  const follower = responder({ isReady: true, leads: false, lastContactMs: 6_000 });
  assert.equal(await follower.respond(), 'near');
  assert.equal(follower.seen.stale, 1);
});

test('before there was a leader, or where the leader is to be asked, the primary answers', async () => {
  assert.equal(await responder({ isReady: false, leads: false, lastContactMs: 0 }).respond(), 'primary');
  const follower = { isReady: true, leads: false, lastContactMs: 20 };
  assert.equal(await responder(follower, { allowStale: false }).respond(), 'primary');
  assert.equal(await responder(follower, { maxStaleMs: 10 }).respond(), 'primary');
  assert.equal(await responder({ ...follower, leads: true }, { allowStale: false }).respond(), 'near');
});

test("another datacenter's names are the primary's to look up", async () => {
  const leader = { isReady: true, leads: true, lastContactMs: 0 };
  const { respond } = responder(leader, {}, { ...answer('near'), isBeyond: true });
  assert.equal(await respond(), 'primary');
});

test('a reader that is behind answers when it has caught up', async () => {
  const { seen, respond } = responder({ isReady: true, leads: true, lastContactMs: 0 });
  let caughtUp = (): void => {};
  seen.behind = new Promise((resolve) => {
    caughtUp = resolve;
  });
  let answered = false;
  const asked = respond().then((text) => {
    answered = true;
    return text;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(answered, false);
  caughtUp();
  assert.equal(await asked, 'near');
});

test('questions that were handed over get their own replies, and not too many wait', async () => {
  const posted: FromReader[] = [];
  const questions = new HandedQuestions((message) => posted.push(message));
  const first = questions.ask(PACKET);
  const second = questions.ask(PACKET);
  const ids = posted.map((message) => ('id' in message ? message.id : 0));
  assert.deepEqual(posted[0], { kind: 'dns', id: ids[0], packet: new Uint8Array(PACKET) });
  questions.answered(ids[1] ?? 0, { bytes: new Uint8Array([1, 2]), zone: 'domain', type: 33 });
  questions.answered(ids[0] ?? 0, null);
  assert.equal(await first, null);
  assert.deepEqual(await second, { bytes: Buffer.from([1, 2]), zone: 'domain', type: 33 });
  for (let at = 0; at < 4096; at += 1) void questions.ask(PACKET);
  assert.equal(await questions.ask(PACKET), null);
  assert.equal(posted.length, 2 + 4096);
});
