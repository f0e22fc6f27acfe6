// The primary's end of its readers: when it closes, they close, and one that is gone isn't waited for.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { AppliedProgress } from '../../../../../src/wire/raft/applied-progress.js';
import type { ReaderWord, ToReader } from '../../../../../src/wire/readers/reader-port.js';
import { RequestRates } from '../../../../../src/wire/readers/request-rates.js';
import type { ReadLinked } from '../../../../../src/workers/state/assembly/asked-acls.js';
import type { DnsInterface } from '../../../../../src/workers/state/assembly/open-dns.js';
import type { HttpInterface } from '../../../../../src/workers/state/assembly/open-http.js';
import { openReaders } from '../../../../../src/workers/state/assembly/open-readers.js';
import { refusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { SharedCounts } from '../../../../../src/workers/state/sockets/shared-counts.js';
import { AgentTokens } from '../../../../../src/workers/state/tokens/agent-tokens.js';
import { HandedSecrets } from '../../../../../src/workers/state/tokens/handed-secrets.js';
import { policy, TOKEN } from '../tokens/acl-rows.js';

const SECRETS = {
  default: 'd',
  agent: '',
  agent_recovery: '',
  replication: '',
  dns: '',
  config_file_service_registration: '',
};

/** Longer than the test may take. */
const DEADLINE_MS = 600_000;

/** Of each secret another word. */
const readLinked: ReadLinked = async (secret) => {
  if (secret === 'unknown') return refusal('denied', 'ACL not found');
  if (secret === 'unreachable') return refusal('no-datacenter');
  // Bytes as they come: in the middle of a message.
  const Hash = new Uint8Array(new ArrayBuffer(1_000_000), 7, 32);
  return { token: { ...TOKEN, Hash }, roles: [], policies: [{ ...policy('p1', 'acl = "read"'), Hash }] };
};

/** The reader's end of the port, and how the primary closes. */
function reader() {
  const { port1, port2 } = new MessageChannel();
  const closings: ((deadlineMs: number) => Promise<void>)[] = [];
  const http: HttpInterface = {
    addresses: [],
    listeners: [],
    secureListeners: [],
    clients: new SharedCounts(),
    reload: () => {},
    take: () => {},
    closesWith: (close) => closings.push(close),
  };
  const dns = { bound: [] } as unknown as DnsInterface;
  const progress = new AppliedProgress().buffer;
  const requestRates = new RequestRates().buffer;
  const threads = { ports: [port1], progress, requestRates, answerDns: false };
  openReaders({ threads, readLinked }, http, dns, new AgentTokens(SECRETS));
  const [close] = closings;
  assert.ok(close);
  return { port: port2, close: () => close(DEADLINE_MS) };
}

test('a reader is told to close, and its word is waited for', async () => {
  const { port, close } = reader();
  let isClosed = false;
  const closed = close().then(() => {
    isClosed = true;
  });
  const kinds: string[] = [];
  while (!kinds.includes('close')) {
    const [messages] = (await once(port, 'message')) as [readonly ToReader[]];
    kinds.push(...messages.map(({ kind }) => kind));
  }
  assert.deepEqual(kinds, ['tokens', 'listen', 'close']);
  assert.ok(!isClosed);
  port.postMessage([{ kind: 'closed' }] satisfies ReaderWord[]);
  await closed;
  port.close();
});

test('a reader that is gone is not waited for, whether it went before or meanwhile', async () => {
  for (const goes of ['before', 'meanwhile'] as const) {
    const { port, close } = reader();
    const gone = once(port, 'close');
    if (goes === 'before') {
      port.close();
      await gone;
    }
    const closed = close();
    if (goes === 'meanwhile') port.close();
    await closed;
  }
});

test('a reader has tokens asked about that it has no copy of, and gets a word or that there is none', async () => {
  const { port } = reader();
  const secrets = new HandedSecrets((message) => port.postMessage([message] satisfies ReaderWord[]));
  port.on('message', (messages: readonly ToReader[]) => {
    for (const message of messages) if (message.kind === 'judged') secrets.answered(message);
  });
  const [known, unknown, unreachable] = await Promise.all(
    ['known', 'unknown', 'unreachable'].map((secret) => secrets.ask(secret)),
  );
  assert.deepEqual(unknown, refusal('denied', 'ACL not found'));
  assert.deepEqual(unreachable, refusal('unreachable', 'No path to datacenter'));
  assert.ok(known !== undefined && 'token' in known);
  assert.deepEqual(
    [known.token.AccessorID, known.policies.map(({ Rules }) => Rules)],
    [TOKEN.AccessorID, ['acl = "read"']],
  );
  // None of the message that it came in.
  assert.ok(JSON.stringify(known).length < 1_000);
  port.close();
});
