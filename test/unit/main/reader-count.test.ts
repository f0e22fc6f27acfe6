// How many readers a server gets: by its configuration, its cores, and what its runtime can do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readerCount } from '../../../src/main/reader-count.js';

const NODE_24 = { cores: 16, platform: 'linux', node: '24.1.0' };

function server(readerWorkers: number | null = null, engine: 'net' | 'uws' = 'net') {
  return { server: true, readerWorkers, http: { engine } };
}

test('without a number there is one reader for four cores, and at most four', () => {
  const counts = [1, 2, 3, 4, 7, 8, 16, 64].map((cores) => readerCount(server(), { ...NODE_24, cores }).count);
  assert.deepEqual(counts, [0, 0, 0, 1, 1, 2, 4, 4]);
});

test('a number is taken as it is', () => {
  assert.deepEqual(readerCount(server(0), NODE_24), { count: 0, answerDns: true, warning: null });
  assert.deepEqual(readerCount(server(7), { ...NODE_24, cores: 2 }), { count: 7, answerDns: true, warning: null });
});

test('node’s sockets share a port since 22.12 and 23.1', () => {
  const can = (node: string): boolean => readerCount(server(1), { ...NODE_24, node }).count === 1;
  assert.deepEqual(['20.20.2', '22.11.0', '22.12.0', '23.0.0', '23.1.0', '24.0.0', '26.3.1'].map(can), [
    false,
    false,
    true,
    false,
    true,
    true,
    true,
  ]);
});

test('uws shares a port on any node, where only DNS stays with the first thread', () => {
  const old = { ...NODE_24, node: '20.20.2' };
  assert.deepEqual(readerCount(server(2, 'uws'), old), { count: 2, answerDns: false, warning: null });
  assert.deepEqual(readerCount(server(2, 'uws'), NODE_24), { count: 2, answerDns: true, warning: null });
});

test('who asks for readers and can’t have them is told why, and nobody else', () => {
  const old = { ...NODE_24, node: '20.20.2' };
  assert.match(
    readerCount(server(2), old).warning ?? '',
    /^performance\.reader_workers: the HTTP engine net can't share a port on Node 20\.20\.2 and linux: no readers/,
  );
  assert.match(readerCount(server(2, 'uws'), { ...NODE_24, platform: 'darwin' }).warning ?? '', /uws can't share/);
  const client = { ...server(2), server: false };
  assert.match(readerCount(client, NODE_24).warning ?? '', /a client agent has no state to read from/);
  for (const asked of [null, 0]) assert.equal(readerCount(server(asked), old).warning, null);
  assert.deepEqual(readerCount({ ...client, readerWorkers: null }, NODE_24), {
    count: 0,
    answerDns: false,
    warning: null,
  });
});
