// Questions that a reader hands to its server's primary thread.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FromReader } from '../../../../../src/wire/readers/reader-port.js';
import { HandedQuestions } from '../../../../../src/workers/state/dns/handed-questions.js';

const PACKET = Buffer.from('question');

test('questions that were handed over get their own replies, and not too many wait', async () => {
  const posted: FromReader[] = [];
  const questions = new HandedQuestions((message) => posted.push(message));
  const first = questions.ask(PACKET, '192.0.2.1');
  const second = questions.ask(PACKET, '192.0.2.1');
  const ids = posted.map((message) => ('id' in message ? message.id : 0));
  assert.deepEqual(posted[0], { kind: 'dns', id: ids[0], packet: new Uint8Array(PACKET), asker: '192.0.2.1' });
  questions.answered(ids[1] ?? 0, { bytes: new Uint8Array([1, 2]), zone: 'domain', type: 33 });
  questions.answered(ids[0] ?? 0, null);
  assert.equal(await first, null);
  assert.deepEqual(await second, { bytes: Buffer.from([1, 2]), zone: 'domain', type: 33 });
  for (let at = 0; at < 4096; at += 1) void questions.ask(PACKET, '192.0.2.1');
  assert.equal(await questions.ask(PACKET, '192.0.2.1'), null);
  assert.equal(posted.length, 2 + 4096);
});
