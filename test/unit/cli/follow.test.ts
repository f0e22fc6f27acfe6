// The loop of a watch, against answers that come one after the other: which of them are another result, and what is asked next.

import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Options } from '../../../src/cli/command/command.js';
import { connect } from '../../../src/cli/http/client.js';
import { follow } from '../../../src/cli/watch/follow.js';
import { viewOf } from '../../../src/cli/watch/views.js';

interface Step {
  readonly index: string;
  readonly body: string;
}

/** The results of so many answers, and what was asked for each; the last answer is never given. */
async function results(t: TestContext, steps: readonly Step[], count: number) {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    const step = steps[asked.length];
    asked.push(request.url ?? '');
    if (step === undefined) return;
    response.setHeader('X-Consul-Index', step.index);
    response.end(step.body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const options = new Options(
    new Map([
      ['http-addr', `127.0.0.1:${(server.address() as AddressInfo).port}`],
      ['type', 'services'],
    ]),
    [],
  );
  const connected = connect(options);
  const view = viewOf(options);
  assert.ok(connected.ok && typeof view !== 'string');
  const failed = (error: string) => assert.fail(error);
  const seen: string[] = [];
  for await (const { index, data } of follow({ client: connected.client, view, query: [], failed })) {
    seen.push(`${index} ${data}`);
    if (seen.length === count) break;
  }
  return { seen, asked: asked.map((target) => target.replace('/v1/catalog/services', '')) };
}

test('what is the same is no result, whatever its index', async (t) => {
  const steps = [
    { index: '5', body: '{"a":[]}' },
    { index: '5', body: '{"a":[]}' },
    { index: '6', body: '{"a":[]}' },
    { index: '7', body: '{"a":["x"]}' },
  ];
  assert.deepEqual(await results(t, steps, 2), {
    seen: ['5 {"a":[]}', '7 {"a":["x"]}'],
    asked: ['', '?index=5', '?index=5', '?index=6'],
  });
});

test('an index that went back is begun anew', async (t) => {
  const steps = [
    { index: '18446744073709551615', body: '{"a":[]}' },
    { index: '3', body: '{"b":[]}' },
    { index: '4', body: '{}' },
  ];
  assert.deepEqual(await results(t, steps, 3), {
    seen: ['18446744073709551615 {"a":[]}', '3 {"b":[]}', '4 {}'],
    asked: ['', '?index=18446744073709551615', ''],
  });
});
