import assert from 'node:assert/strict';
import type net from 'node:net';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Exchange } from '../../../../../src/workers/state/http/engine/engine.js';
import type { AnswerBuffer } from '../../../../../src/workers/state/http/net/answer-buffer.js';
import { ChunkedStream } from '../../../../../src/workers/state/http/net/chunked-stream.js';
import { Connection, type ConnectionHost } from '../../../../../src/workers/state/http/net/connection.js';
import { BusyTurns } from '../../../../../src/workers/state/sockets/busy-turns.js';
import { runSeed } from '../../../../random.js';

/** Takes what the connection writes; the test calls the connection's read side itself, so segments are exact. */
class FakeSocket extends Duplex {
  written = '';
  ended = false;
  /** Of a client that takes nothing: what lets it take the rest. */
  takeRest: (() => void) | null = null;
  takesNothing = false;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written += chunk.toString('latin1');
    if (this.takesNothing) this.takeRest = done;
    else done();
  }

  override _final(done: () => void): void {
    this.ended = true;
    done();
  }
}

interface Served {
  readonly socket: FakeSocket;
  readonly connection: Connection;
  readonly host: ConnectionHost & { leavings: number };
  /** What the listener saw, one line for each request. */
  readonly seen: string[];
}

function serve(listener?: (exchange: Exchange) => void, maxHeaderBytes = 8192): Served {
  const socket = new FakeSocket();
  const seen: string[] = [];
  const echo = (exchange: Exchange): void => {
    let body = '';
    const head = `${exchange.method} ${exchange.target} ${exchange.bodyLength} ${exchange.header('x-test') ?? '-'}`;
    exchange.receive({
      chunk: (bytes) => {
        body += Buffer.from(bytes).toString('latin1');
      },
      end: () => {
        seen.push(`${head} ${body}`);
        exchange.reply(200, 'Content-Type: text/plain\r\n', `${head} ${body}`);
      },
      aborted: () => seen.push(`${head} aborted`),
    });
  };
  const host = {
    limits: { maxHeaderBytes, maxConnectionsPerClient: 10, slowHeaderMs: 1000, slowBodyMs: 1000, slowBodyBytes: 1024 },
    listener: listener ?? echo,
    stopping: false,
    impatient: new Set<Connection>(),
    turns: new BusyTurns<AnswerBuffer>((answers) => answers.flush()),
    leavings: 0,
    left: () => {
      host.leavings += 1;
    },
  };
  const connection = new Connection(socket as unknown as net.Socket, '127.0.0.1', host);
  return { socket, connection, host, seen };
}

function statuses(written: string): number[] {
  return [...written.matchAll(/HTTP\/1\.1 (\d+) /g)].map((match) => Number(match[1]));
}

const STREAM = Buffer.from(
  [
    'GET /v1/a?b=c HTTP/1.1\r\nHost: x\r\nX-Test: one two\r\n\r\n',
    'PUT /v1/b HTTP/1.1\r\nhost: x\r\nx-test:  v \r\nContent-Length: 11\r\n\r\nhello world',
    '\r\nPUT /v1/c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4;ext="a"\r\nabcd\r\n1\r\ne\r\n0\r\nX-Trailer: t\r\n\r\n',
    'GET http://host:1/v1/d HTTP/1.1\r\nHost: x\r\nX-Test:\r\nConnection: upgrade\r\nUpgrade: w\r\n\r\n',
    'DELETE /v1/e HTTP/1.1\r\nHost: x\r\n\r\n',
  ].join(''),
);
const SEEN = [
  'GET /v1/a?b=c 0 one two ',
  'PUT /v1/b 11 v hello world',
  'PUT /v1/c -1 - abcde',
  'GET /v1/d 0  ',
  'DELETE /v1/e 0 - ',
];

test('requests in one segment are answered in order', () => {
  const { socket, connection, seen } = serve();
  connection.read(STREAM);
  assert.deepEqual(seen, SEEN);
  assert.deepEqual(statuses(socket.written), [200, 200, 200, 200, 200]);
});

test('a split at any byte changes nothing', () => {
  for (let at = 1; at < STREAM.length; at++) {
    const { connection, seen } = serve();
    connection.read(STREAM.subarray(0, at));
    connection.read(STREAM.subarray(at));
    assert.deepEqual(seen, SEEN, `split at ${at}`);
  }
});

test('bytes coming one by one, and in random pieces, change nothing', () => {
  const { connection, seen } = serve();
  for (let at = 0; at < STREAM.length; at++) connection.read(Buffer.from(STREAM.subarray(at, at + 1)));
  assert.deepEqual(seen, SEEN);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40, size: 'max' }), (sizes) => {
      const pieces = serve();
      let at = 0;
      for (const size of [...sizes, STREAM.length]) {
        if (at >= STREAM.length) break;
        pieces.connection.read(Buffer.from(STREAM.subarray(at, at + size)));
        at += size;
      }
      assert.deepEqual(pieces.seen, SEEN);
    }),
    { numRuns: 200 },
  );
});

test('raw UTF-8 in the target is taken as its escaped form, however it is split', () => {
  const request = Buffer.from(
    'PUT /v1/kv/sch\u00f6n/\u65e5?x=\u00e9 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n\u00e9!',
  );
  const twice = Buffer.concat([request, request]);
  const line = 'PUT /v1/kv/sch%C3%B6n/%E6%97%A5?x=%C3%A9 3 - \u00c3\u00a9!';
  for (let at = 1; at <= twice.length; at++) {
    const { connection, seen } = serve();
    connection.read(Buffer.from(twice.subarray(0, at)));
    connection.read(Buffer.from(twice.subarray(at)));
    assert.deepEqual(seen, [line, line], `split at ${at}`);
  }
  const bytes = serve();
  for (let at = 0; at < request.length; at++) bytes.connection.read(Buffer.from(request.subarray(at, at + 1)));
  assert.deepEqual(bytes.seen, [line]);
  const body = 'y'.repeat(200_000);
  const large = serve();
  large.connection.read(Buffer.from('GET /\u00f6 HTT'));
  large.connection.read(Buffer.from(`P/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n${body}`));
  large.connection.read(Buffer.from(`GET /\u00f6 HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n${body}`));
  assert.deepEqual(large.seen, [`GET /%C3%B6 200000 - ${body}`, `GET /%C3%B6 200000 - ${body}`]);
  const far = serve(undefined, 100_000);
  far.connection.read(Buffer.from(`GET /${'x'.repeat(20_000)}\u00e9 HTTP/1.1\r\nHost: x\r\n\r\n`));
  assert.deepEqual(statuses(far.socket.written), [400]);
});

test('a byte above ASCII that llhttp takes for the target, but behind the first line, is refused', () => {
  const request = Buffer.from('GET htt\n\xb2p://x/ HTTP/1.1\r\nHost: x\r\n\r\n', 'latin1');
  for (let split = 0; split < request.length; split += 1) {
    const { socket, connection } = serve();
    connection.read(Buffer.from(request.subarray(0, split)));
    connection.read(Buffer.from(request.subarray(split)));
    assert.deepEqual(statuses(socket.written), [400], `split at ${split}`);
  }
});

test('a message larger than the parser takes at once arrives whole', () => {
  const body = Buffer.alloc(300_000, 'ab');
  const { connection, seen } = serve();
  connection.read(
    Buffer.concat([Buffer.from(`PUT /big HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`), body]),
  );
  assert.equal(seen[0], `PUT /big 300000 - ${body.toString('latin1')}`);
});

test('while one request is being answered, the next ones wait as bytes, and reading stops at a bound', () => {
  const held: Exchange[] = [];
  const { socket, connection } = serve((exchange) => held.push(exchange));
  connection.read(Buffer.from('GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n'));
  assert.equal(held.length, 1);
  connection.read(Buffer.from(`GET /3 HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(7000)}\r\n\r\n`));
  assert.equal(socket.isPaused(), false);
  connection.read(Buffer.alloc(70_000, '\r\n'));
  assert.equal(socket.isPaused(), true);
  held[0]?.reply(200, '', 'one');
  assert.equal(held.length, 2, 'the second is taken only now');
  held[1]?.reply(200, '', 'two');
  assert.equal(held.length, 3);
  assert.match(socket.written, /one[\s\S]*two/);
});

test('a client that pipelines without reading is not served further', () => {
  const socket = new FakeSocket({ writableHighWaterMark: 1024 });
  let stalled: (() => void) | null = null;
  socket._write = (_chunk, _encoding, done) => {
    stalled = done;
  };
  let served = 0;
  const host: ConnectionHost = {
    limits: { maxHeaderBytes: 8192, maxConnectionsPerClient: 1, slowHeaderMs: 1, slowBodyMs: 1, slowBodyBytes: 1 },
    listener: (exchange) => {
      served += 1;
      exchange.reply(200, '', 'x'.repeat(100_000));
    },
    stopping: false,
    impatient: new Set(),
    turns: new BusyTurns<AnswerBuffer>((answers) => answers.flush()),
    left: () => {},
  };
  const connection = new Connection(socket as unknown as net.Socket, '', host);
  socket.on('drain', () => connection.drained());
  connection.read(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(50)));
  assert.ok(served < 10, `${served} answers were made for a client that takes none`);
  assert.ok(stalled !== null);
});

test('a client that hangs up is reported once, and its late answer goes nowhere', () => {
  let aborts = 0;
  let held: Exchange | null = null;
  const { socket, connection, host } = serve((exchange) => {
    held = exchange;
    exchange.onAbort({
      aborted: () => {
        aborts += 1;
      },
    });
  });
  connection.read(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
  connection.closed();
  connection.closed();
  (held as Exchange | null)?.reply(200, '', 'late');
  assert.equal(aborts, 1);
  assert.equal(host.leavings, 1);
  assert.equal(socket.written, '');
});

test('a half-closed client gets its answer, unless the request waits for something', () => {
  const held: Exchange[] = [];
  const plain = serve((exchange) => held.push(exchange));
  plain.connection.read(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
  plain.connection.readEnd();
  held[0]?.reply(200, '', 'answer');
  assert.match(plain.socket.written, /answer$/);

  let aborts = 0;
  const waiting = serve((exchange) =>
    exchange.onAbort({
      aborted: () => {
        aborts += 1;
      },
    }),
  );
  waiting.connection.read(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
  waiting.connection.readEnd();
  assert.equal(aborts, 1);
  assert.equal(waiting.socket.destroyed, true);
});

test('a body cut short by the client ends the one who reads it', () => {
  const { connection, seen } = serve();
  connection.read(Buffer.from('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc'));
  connection.readEnd();
  assert.deepEqual(seen, ['PUT / 10 - aborted']);
});

test('nonsense within a body is answered 400 and ends the one who reads it', () => {
  const { socket, connection, seen } = serve();
  connection.read(Buffer.from('PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'));
  connection.read(Buffer.from('zz\r\n'));
  assert.deepEqual(statuses(socket.written), [400]);
  assert.deepEqual(seen, ['PUT / -1 - aborted']);
});

test('a body nobody wants: a small rest is read away, a large one closes the connection', () => {
  const small = serve((exchange) => exchange.reply(200, '', 'no thanks'));
  small.connection.read(Buffer.from('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc'));
  small.connection.read(Buffer.from('defghijGET / HTTP/1.1\r\nHost: x\r\n\r\n'));
  assert.deepEqual(statuses(small.socket.written), [200, 200]);

  const large = serve((exchange) => exchange.reply(413, '', 'no thanks'));
  large.connection.read(Buffer.from('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\nabc'));
  assert.match(large.socket.written, /Connection: close/);
});

test('a 100 Continue comes behind the answers to what came before it in the same segment', () => {
  const { socket, connection } = serve();
  const first = 'GET /v1/a HTTP/1.1\r\nHost: x\r\n\r\n';
  connection.read(
    Buffer.from(`${first}PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n`),
  );
  assert.deepEqual(statuses(socket.written), [200, 100]);
  connection.read(Buffer.from('abc'));
  assert.deepEqual(statuses(socket.written), [200, 100, 200]);
});

test('an expected 100 Continue is sent when the body is asked for, else the connection ends', () => {
  const head = 'PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n';
  const asked = serve();
  asked.connection.read(Buffer.from(head));
  assert.equal(asked.socket.written, 'HTTP/1.1 100 Continue\r\n\r\n');
  asked.connection.read(Buffer.from('abc'));
  assert.deepEqual(statuses(asked.socket.written), [100, 200]);

  const refused = serve((exchange) => exchange.reply(413, '', ''));
  refused.connection.read(Buffer.from(head));
  assert.deepEqual(statuses(refused.socket.written), [413]);
  assert.match(refused.socket.written, /Connection: close/);
});

test('the head has a limit, however it arrives', () => {
  const head = `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(10_000)}\r\n\r\n`;
  const once = serve();
  once.connection.read(Buffer.from(head));
  assert.deepEqual(statuses(once.socket.written), [431]);
  const pieces = serve();
  for (let at = 0; at < head.length; at += 100) pieces.connection.read(Buffer.from(head.slice(at, at + 100)));
  assert.deepEqual(statuses(pieces.socket.written), [431]);
  const blank = serve();
  for (let at = 0; at < 100; at++) blank.connection.read(Buffer.alloc(100, '\r\n'));
  assert.deepEqual(statuses(blank.socket.written), [431]);
});

test('chunk extensions and trailers without end are refused', () => {
  const start = 'PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
  for (const endless of [`1;${'x'.repeat(100_000)}`, `0\r\n${'T: x\r\n'.repeat(20_000)}`]) {
    const { socket, connection } = serve();
    connection.read(Buffer.from(start));
    for (let at = 0; at < endless.length; at += 5000) connection.read(Buffer.from(endless.slice(at, at + 5000)));
    assert.deepEqual(statuses(socket.written), [400]);
  }
});

test('more headers than usual are all found', () => {
  let found: (string | undefined)[] = [];
  const { connection } = serve((exchange) => {
    found = ['h0', 'h31', 'h32', 'h199', 'h200'].map((name) => exchange.header(name));
    exchange.reply(200, '', '');
  }, 65_536);
  const headers = Array.from({ length: 200 }, (_value, at) => `H${at}: v${at}\r\n`).join('');
  connection.read(Buffer.from(`GET / HTTP/1.1\r\nHost: x\r\n${headers}\r\n`));
  assert.deepEqual(found, ['v0', 'v31', 'v32', 'v199', undefined]);
});

test('impatience: no head in time is told so, a body that trickles is cut, one that flows is not', () => {
  const silent = serve();
  silent.connection.judgePatience(performance.now() + 1001);
  assert.equal(silent.socket.destroyed, true);
  assert.equal(silent.socket.written, '');

  const partial = serve();
  partial.connection.read(Buffer.from('GET / HT'));
  partial.connection.judgePatience(performance.now() + 1001);
  assert.deepEqual(statuses(partial.socket.written), [408]);

  const head = 'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n';
  const trickling = serve();
  trickling.connection.read(Buffer.from(head));
  trickling.connection.read(Buffer.alloc(1023, 'x'));
  trickling.connection.judgePatience(performance.now() + 1001);
  assert.deepEqual(trickling.seen, ['PUT / 100000 - aborted']);

  const flowing = serve();
  flowing.connection.read(Buffer.from(head));
  flowing.connection.read(Buffer.alloc(1024, 'x'));
  flowing.connection.judgePatience(performance.now() + 1001);
  assert.deepEqual(flowing.seen, []);
  assert.equal(flowing.host.impatient.size, 1);

  const idle = serve();
  idle.connection.read(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
  assert.equal(idle.host.impatient.size, 0, 'an idle connection is not slow');
});

test('a stream drops what a client does not fetch, and goes on when it has caught up', () => {
  const taken: (() => void)[] = [];
  class SlowSocket extends FakeSocket {
    override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
      this.written += chunk.toString('latin1');
      taken.push(done);
    }
  }
  const socket = new SlowSocket();
  const stream = new ChunkedStream(socket as unknown as net.Socket, true, () => {});
  const chunk = Buffer.alloc(64 * 1024, 'x');
  let accepted = 0;
  while (accepted < 100 && stream.write(chunk)) accepted += 1;
  assert.equal(accepted, 4);
  const held = socket.writableLength;
  assert.equal(stream.write(chunk), false);
  assert.equal(socket.writableLength, held, 'nothing is kept of a dropped chunk');
  for (let done = taken.shift(); done; done = taken.shift()) done();
  assert.equal(stream.write('more'), true);
});

test('random bytes and mutilated requests never throw, and what is answered is an answer', () => {
  const mutilated = fc
    .tuple(fc.nat(STREAM.length - 1), fc.uint8Array({ maxLength: 12, size: 'max' }), fc.nat(20))
    .map(([at, insert, drop]) => Buffer.concat([STREAM.subarray(0, at), insert, STREAM.subarray(at + drop)]));
  const noise = fc.uint8Array({ maxLength: 400, size: 'max' }).map((bytes) => Buffer.from(bytes));
  let answered = 0;
  fc.assert(
    fc.property(fc.oneof(mutilated, noise), fc.integer({ min: 1, max: 500 }), (bytes, size) => {
      const { socket, connection, host } = serve();
      for (let at = 0; at < bytes.length; at += size) {
        connection.read(Buffer.from(bytes.subarray(at, Math.min(bytes.length, at + size))));
      }
      connection.readEnd();
      connection.closed();
      for (const status of statuses(socket.written)) {
        assert.ok([100, 200, 400, 408, 417, 431, 501, 505].includes(status), String(status));
        answered += 1;
      }
      assert.equal(host.leavings, 1);
      assert.equal(host.impatient.size, 0);
    }),
    { seed: runSeed, numRuns: 3000 },
  );
  assert.ok(answered > 3000, `${answered} answers`);
});

test('an engine that stops cuts no answer which the client still takes, and no connection without one stays', async () => {
  const idle = serve();
  idle.connection.stop();
  assert.equal(idle.socket.destroyed, true);

  const slow = serve();
  slow.socket.takesNothing = true;
  slow.connection.read(STREAM.subarray(0, STREAM.indexOf('PUT')));
  slow.connection.stop();
  slow.connection.stop();
  assert.deepEqual([slow.socket.destroyed, slow.socket.ended], [false, false]);
  slow.socket.takeRest?.();
  await new Promise(setImmediate);
  assert.deepEqual([slow.socket.destroyed, slow.socket.ended], [false, true]);
  assert.deepEqual(statuses(slow.socket.written), [200]);
});

test('a head that is longer than what the parser is given at once is not doubled', () => {
  const open: Exchange[] = [];
  const { connection } = serve((exchange) => open.push(exchange), 200_000);
  connection.read(Buffer.from('GET /first HTTP/1.1\r\nHost: x\r\n\r\n'));
  const value = '0123456789'.repeat(10_000);
  const second = Buffer.from(`GET /second HTTP/1.1\r\nHost: x\r\nX-Long: ${value}\r\nX-Test: yes\r\n\r\n`);
  connection.read(second.subarray(0, 60_000));
  connection.read(second.subarray(60_000));
  open[0]?.reply(200, '', '');
  const { target, header } = { target: open[1]?.target, header: (name: string) => open[1]?.header(name) };
  assert.deepEqual([target, header('x-test'), header('x-long')?.length], ['/second', 'yes', value.length]);
  assert.ok(header('x-long') === value);
});
