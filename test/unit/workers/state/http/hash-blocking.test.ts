import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointTable } from '../../../../../src/workers/state/http/endpoint.js';
import { waitForChange } from '../../../../../src/workers/state/http/hash-blocking.js';
import { json } from '../../../../../src/workers/state/http/message/reply.js';
import { action } from '../../../../../src/workers/state/http/operation.js';
import { get, RawClient, startApi } from './fixture.js';

class Subject {
  hash = 'h1';
  readonly wakes = new Set<() => void>();

  change(hash: string): void {
    this.hash = hash;
    for (const wake of [...this.wakes]) wake();
  }

  table(): EndpointTable {
    return [
      {
        path: '/v1/agent/service/',
        answeredBy: 'agent',
        methods: {
          GET: action({
            summary: 'of a test',
            acl: ['none'],
            reads: 'hash',
            answer: 'string',
            run: async (request) => {
              await waitForChange(
                request,
                () => this.hash,
                (wake) => {
                  this.wakes.add(wake);
                  return () => this.wakes.delete(wake);
                },
              );
              return json(JSON.stringify(this.hash));
            },
          }),
        },
      },
    ];
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) assert.fail('never happened');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('?hash= waits for another hash, its time, or the end of the client', async () => {
  const subject = new Subject();
  const api = await startApi({ table: subject.table() });
  try {
    assert.equal((await get(api.port, '/v1/agent/service/a')).body, '"h1"');
    assert.equal((await get(api.port, '/v1/agent/service/a?hash=old&wait=60s')).body, '"h1"');
    assert.equal((await get(api.port, '/v1/agent/service/a?hash=h1&wait=bad')).body, 'Invalid wait time');
    const started = performance.now();
    assert.equal((await get(api.port, '/v1/agent/service/a?hash=h1&wait=50ms')).body, '"h1"');
    assert.ok(performance.now() - started >= 49);

    const client = new RawClient(api.port);
    client.send('GET /v1/agent/service/a?hash=h1&wait=60s HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => subject.wakes.size === 1);
    subject.change('h1');
    assert.equal(subject.wakes.size, 1, 'the same content is no change');
    subject.change('h2');
    assert.equal((await client.answer()).body, '"h2"');
    assert.equal(subject.wakes.size, 0);

    client.send('GET /v1/agent/service/a?hash=h2&wait=60s HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => subject.wakes.size === 1);
    client.close();
    await until(() => subject.wakes.size === 0);
  } finally {
    await api.close();
  }
});
