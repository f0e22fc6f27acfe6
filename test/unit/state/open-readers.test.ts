// The primary's end of its readers: when it closes, they close, and one that is gone isn't waited for.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { AppliedProgress } from '../../../src/wire/raft/applied-progress.js';
import type { ReaderWord, ToReader } from '../../../src/wire/reader-port.js';
import { RequestRates } from '../../../src/wire/request-rates.js';
import type { DnsInterface } from '../../../src/workers/state/assembly/open-dns.js';
import type { HttpInterface } from '../../../src/workers/state/assembly/open-http.js';
import { openReaders } from '../../../src/workers/state/assembly/open-readers.js';
import { SharedCounts } from '../../../src/workers/state/sockets/shared-counts.js';
import { AgentTokens } from '../../../src/workers/state/tokens/agent-tokens.js';

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
  const readLinked = (): Promise<never> => Promise.reject(new Error('nobody is asked about a token here'));
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
