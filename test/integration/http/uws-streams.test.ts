// A known difference of the uws engine: the library sends the head of a stream with its first piece. When it no longer does,
// the recorded scenario of the monitor can be asked of it as well (test/conformance/waiting/http.ts).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { action } from '../../../src/workers/state/http/operation.js';
import { waitFor } from '../../agent-process.js';
import { get, RawClient, SETTINGS, startApi } from '../../unit/workers/state/http/fixture.js';
import { withoutUws } from '../../uws.js';

test('known differences: a quiet stream has no head yet', { skip: withoutUws }, async () => {
  const streams: ((chunk: string) => boolean)[] = [];
  const shown = { summary: 'of a test', acl: ['none'], answer: 'plain text' } as const;
  const plain = { status: 200, contentType: 'text/plain', headers: [] } as const;
  const quiet = action({
    ...shown,
    run: () => ({
      ...plain,
      body: {
        start: (piece) => {
          streams.push(piece);
          return () => undefined;
        },
      },
    }),
  });
  const other = action({ ...shown, run: () => ({ ...plain, body: 'other' }) });
  const api = await startApi({
    settings: { http: { ...SETTINGS.http, engine: 'uws' } },
    table: [
      { path: '/v1/quiet', answeredBy: 'agent', methods: { GET: quiet } },
      { path: '/v1/other', answeredBy: 'agent', methods: { GET: other } },
    ],
  });
  const client = new RawClient(api.port);
  try {
    client.send('GET /v1/quiet HTTP/1.1\r\nHost: x\r\n\r\n');
    await waitFor(() => streams.length > 0, 'the stream to begin');
    // Each is written and read after a head would have been.
    for (let i = 0; i < 20; i += 1) assert.equal((await get(api.port, '/v1/other')).body, 'other');
    assert.doesNotMatch(client.pending, /200 OK\r\n[\s\S]*\r\n\r\n/);
    assert.equal(streams[0]?.('first'), true);
    await waitFor(() => /200 OK\r\n[\s\S]*\r\n\r\n5\r\nfirst/.test(client.pending), 'the head with the first piece');
  } finally {
    client.close();
    await api.close();
  }
});
