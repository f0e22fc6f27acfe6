import assert from 'node:assert/strict';
import type net from 'node:net';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import type { Exchange } from '../../../../../src/workers/state/http/engine/engine.js';
import type { AnswerBuffer } from '../../../../../src/workers/state/http/net/answer-buffer.js';
import { Connection, type ConnectionHost } from '../../../../../src/workers/state/http/net/connection.js';
import { sharedBytes } from '../../../../../src/workers/state/http/net/shared-read.js';
import { BusyTurns } from '../../../../../src/workers/state/sockets/busy-turns.js';

const MAX_PIECE = 60_000;

/** Takes whatever is written. */
function deaf(): net.Socket {
  return new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }) as net.Socket;
}

function connect(listener: (exchange: Exchange) => void): Connection {
  const host: ConnectionHost = {
    limits: { maxHeaderBytes: 8192, maxConnectionsPerClient: 1, slowHeaderMs: 1e6, slowBodyMs: 1e6, slowBodyBytes: 1 },
    listener,
    stopping: false,
    impatient: new Set(),
    turns: new BusyTurns<AnswerBuffer>((answers) => answers.flush()),
    left: () => {},
  };
  return new Connection(deaf(), '127.0.0.1', host);
}

/** What a connection gets of the shared buffer, which the next read, of whichever connection, overwrites. */
function feed(connection: Connection, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; at += MAX_PIECE) {
    const piece = bytes.subarray(at, at + MAX_PIECE);
    sharedBytes(piece.length).set(piece);
    connection.read(sharedBytes(piece.length));
    sharedBytes(65_536).fill('#');
  }
}

const LONG = 'long'.repeat(40_000);
const STREAM = Buffer.from(
  [
    'GET /a HTTP/1.1\r\nHost: x\r\nX-Test: one\r\n\r\n',
    'PUT /b HTTP/1.1\r\nHost: x\r\nX-Test: two\r\nContent-Length: 11\r\n\r\nhello world',
    'PUT /c HTTP/1.1\r\nHost: x\r\nX-Test: three\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n1\r\ne\r\n0\r\n\r\n',
    'PUT /sch\u00f6n HTTP/1.1\r\nHost: x\r\nX-Test: four\r\nContent-Length: 2\r\n\r\nhi',
    `PUT /d HTTP/1.1\r\nHost: x\r\nX-Test: five\r\nContent-Length: ${LONG.length}\r\n\r\n${LONG}`,
    'GET /e HTTP/1.1\r\nHost: x\r\nX-Test: six\r\n\r\n',
  ].join(''),
);
const SEEN = ['GET /a one ', 'PUT /b two hello world', 'PUT /c three abcde', 'PUT /sch%C3%B6n four hi'];
const ALL = [...SEEN, `PUT /d five ${LONG}`, 'GET /e six '];

/**
 * Takes the bytes of each request as they come; looks at them, and at its headers, only when `answer` is called, or at once
 * for one method.
 */
function slowListener(quickFor: string) {
  const seen: string[] = [];
  let open: { exchange: Exchange; chunks: Uint8Array[]; ended: boolean } | null = null;
  const listener = (exchange: Exchange): void => {
    const taken = { exchange, chunks: [] as Uint8Array[], ended: false };
    open = taken;
    exchange.receive({
      chunk: (bytes) => taken.chunks.push(bytes),
      end: () => {
        taken.ended = true;
        if (exchange.method === quickFor) answer();
      },
      aborted: () => assert.fail('nobody hung up'),
    });
  };
  const answer = (): boolean => {
    if (!open?.ended) return false;
    const { exchange, chunks } = open;
    open = null;
    const body = Buffer.concat(chunks).toString('latin1');
    seen.push(`${exchange.method} ${exchange.target} ${exchange.header('x-test')} ${body}`);
    exchange.reply(200, '', '');
    return true;
  };
  return { seen, listener, answer };
}

test('nothing of a request that waits for its answer, or behind another one, is lost to the next read', () => {
  for (const quickFor of ['none', 'GET']) {
    for (let split = 1; split < 420; split++) {
      const { seen, listener, answer } = slowListener(quickFor);
      const connection = connect(listener);
      feed(connection, STREAM.subarray(0, split));
      while (answer());
      feed(connection, STREAM.subarray(split));
      while (answer());
      assert.ok(seen.join('\n') === ALL.join('\n'), `split at ${split}: ${seen.map((line) => line.slice(0, 60))}`);
    }
  }
});

test('requests answered at once are those that were sent', () => {
  const seen: string[] = [];
  const connection = connect((exchange) => {
    seen.push(`${exchange.method} ${exchange.target} ${exchange.header('x-test')}`);
    exchange.reply(200, '', '');
  });
  feed(connection, STREAM);
  assert.deepEqual(seen, [
    'GET /a one',
    'PUT /b two',
    'PUT /c three',
    'PUT /sch%C3%B6n four',
    'PUT /d five',
    'GET /e six',
  ]);
});
