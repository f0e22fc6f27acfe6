// Requests that a reader hands to its primary: both ends over a port, a client's exchange on one side, whoever answers on the
// other.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { type FromReader, HANDED_WINDOW_BYTES, type ToReader } from '../../../../../src/wire/readers/reader-port.js';
import type { AbortListener, BodySink, Exchange } from '../../../../../src/workers/state/http/engine/engine.js';
import { HandedExchanges } from '../../../../../src/workers/state/http/hand-over/handed-exchange.js';
import { HandingOver } from '../../../../../src/workers/state/http/hand-over/handing-over.js';
import { TurnBatch } from '../../../../../src/workers/state/http/hand-over/turn-batch.js';
import { waitFor } from '../../../../agent-process.js';

/** A client's exchange as an engine would give it, and what was done with it. */
class ClientExchange implements Exchange {
  readonly method: string;
  readonly target = '/v1/kv/a?x=%20y';
  readonly remoteAddress = '10.1.2.3';
  readonly bodyLength: number;
  readonly done: string[] = [];
  readonly pieces: (string | Uint8Array)[] = [];
  body: string | Uint8Array | null = null;
  sink: BodySink | null = null;
  abort: AbortListener | null = null;
  isPaused = false;
  /** Of a stream: the client takes what it is sent. */
  keepsUp = true;
  readonly #headers: { readonly [name: string]: string };

  constructor(method: string, bodyLength: number, headers: { readonly [name: string]: string } = {}) {
    this.method = method;
    this.bodyLength = bodyLength;
    this.#headers = headers;
  }

  get isWatched(): boolean {
    return this.abort !== null;
  }

  header(name: string): string | undefined {
    return this.#headers[name];
  }

  receive(sink: BodySink): void {
    this.done.push('receive');
    this.sink = sink;
  }

  pauseBody(): void {
    this.isPaused = true;
  }

  resumeBody(): void {
    this.isPaused = false;
  }

  onAbort(listener: AbortListener): void {
    this.abort = listener;
  }

  forgetHead(): void {
    this.done.push('forget');
  }

  reply(status: number, headers: string, body: string | Uint8Array): void {
    this.done.push(`reply ${status} ${headers}`);
    this.body = body;
  }

  stream(status: number, headers: string, ended: () => void) {
    this.done.push(`stream ${status} ${headers}`);
    this.abort = { aborted: ended };
    return {
      write: (chunk: string | Uint8Array) => {
        if (this.keepsUp) this.pieces.push(chunk);
        return this.keepsUp;
      },
      end: () => {
        this.done.push('end');
      },
    };
  }

  drop(): void {
    this.done.push('drop');
  }
}

const ports: MessageChannel[] = [];
after(() => {
  for (const { port1 } of ports) port1.close();
});

/** Hands the client's exchange over; resolves with what the primary sees of it. */
async function handOver(client: ClientExchange): Promise<Exchange> {
  const channel = new MessageChannel();
  ports.push(channel);
  const taken: Exchange[] = [];
  const reader = new HandingOver(new TurnBatch<FromReader>(channel.port1));
  const primary = new HandedExchanges(new TurnBatch<ToReader>(channel.port2), (exchange) => taken.push(exchange));
  channel.port1.on('message', (messages: readonly ToReader[]) => {
    for (const message of messages) assert.ok(reader.receive(message));
  });
  channel.port2.on('message', (messages: readonly FromReader[]) => {
    for (const message of messages) assert.ok(primary.receive(message));
  });
  reader.take(client);
  if (client.sink !== null && client.bodyLength <= 64 * 1024) sendBody(client, client.bodyLength);
  await waitFor(() => taken.length > 0, 'the request to be handed over');
  const [exchange] = taken;
  assert.ok(exchange);
  return exchange;
}

function sendBody(client: ClientExchange, length: number): void {
  // A view, as engines give them.
  client.sink?.chunk(Buffer.alloc(length + 100, 'b').subarray(100));
  client.sink?.end();
}

/** A body as whoever answers takes it. */
class Taken implements BodySink {
  bytes = 0;
  ending = 'open';
  onChunk: () => void = () => {};

  chunk(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    this.onChunk();
  }

  end(): void {
    this.ending = 'whole';
  }

  aborted(): void {
    this.ending = 'cut';
  }
}

test('a request without a body: all of it is there, and the reply comes back', async () => {
  const headers = { 'x-consul-token': 'secret', 'accept-encoding': 'gzip', 'user-agent': 'test' };
  const client = new ClientExchange('GET', 0, headers);
  const exchange = await handOver(client);
  assert.deepEqual(client.done, ['forget']);
  const { method, target, remoteAddress, bodyLength } = exchange;
  assert.deepEqual(
    { method, target, remoteAddress, bodyLength },
    {
      method: 'GET',
      target: client.target,
      remoteAddress: '10.1.2.3',
      bodyLength: 0,
    },
  );
  assert.equal(exchange.header('x-consul-token'), 'secret');
  assert.equal(exchange.header('accept-encoding'), 'gzip');
  assert.equal(exchange.header('authorization'), undefined);
  assert.throws(() => exchange.header('user-agent'), /isn't handed over/);
  exchange.reply(200, 'A: b\r\n', new Uint8Array(new Uint8Array(100).buffer, 10, 3));
  exchange.reply(500, '', 'again');
  await waitFor(() => client.body !== null, 'the reply');
  assert.deepEqual(client.done, ['forget', 'reply 200 A: b\r\n']);
  assert.deepEqual(client.body, new Uint8Array(3));
  assert.equal((client.body as unknown as Uint8Array).buffer.byteLength, 3, 'not more than the view is copied');
});

test('a short body goes along with its request', async () => {
  const client = new ClientExchange('PUT', 5);
  const exchange = await handOver(client);
  const taken = new Taken();
  exchange.receive(taken);
  assert.deepEqual([taken.bytes, taken.ending, exchange.bodyLength], [5, 'whole', 5]);
});

test('a short body that never comes whole makes no request', async () => {
  const client = new ClientExchange('PUT', 5);
  const channel = new MessageChannel();
  ports.push(channel);
  const reader = new HandingOver({ add: () => assert.fail('nothing is to be handed over') });
  reader.take(client);
  client.sink?.chunk(Buffer.from('abc'));
  client.sink?.aborted();
});

test('who expects to be told to go on sends no body before somebody wants it', async () => {
  const client = new ClientExchange('PUT', 5, { expect: '100-continue' });
  const exchange = await handOver(client);
  assert.equal(client.sink, null);
  const taken = new Taken();
  exchange.receive(taken);
  await waitFor(() => client.sink !== null, 'the body to be asked for');
  sendBody(client, 5);
  await waitFor(() => taken.ending === 'whole', 'the body');
  assert.equal(taken.bytes, 5);
});

test('a long body comes as it is taken: the client isn’t read beyond the window', async () => {
  const client = new ClientExchange('PUT', -1);
  const exchange = await handOver(client);
  const taken = new Taken();
  taken.onChunk = () => exchange.pauseBody();
  exchange.receive(taken);
  await waitFor(() => client.sink !== null, 'the body to be asked for');
  let sent = 0;
  const fill = (): void => {
    while (!client.isPaused) {
      client.sink?.chunk(Buffer.alloc(10_000));
      sent += 10_000;
      assert.ok(sent - taken.bytes < HANDED_WINDOW_BYTES + 20_000);
    }
  };
  fill();
  await waitFor(() => taken.bytes === 10_000 && !client.isPaused, 'the first piece to be taken');
  fill();
  client.sink?.end();
  assert.equal(taken.ending, 'open');
  taken.onChunk = () => {};
  exchange.resumeBody();
  await waitFor(() => !client.isPaused && taken.ending === 'whole', 'the rest');
  assert.equal(taken.bytes, sent);
});

test('a client that is gone: whoever takes its body, or wants to know, is told once', async () => {
  const client = new ClientExchange('PUT', -1);
  const exchange = await handOver(client);
  assert.equal(client.isWatched, false, 'a client that only sends no more may still be reading');
  const taken = new Taken();
  let aborted = 0;
  exchange.onAbort({ aborted: () => (aborted += 1) });
  exchange.receive(taken);
  await waitFor(() => client.sink !== null && client.isWatched, 'both to be wanted');
  client.sink?.aborted();
  client.abort?.aborted();
  await waitFor(() => aborted > 0, 'the word that it is gone');
  assert.deepEqual([aborted, taken.ending], [1, 'cut']);
  exchange.reply(200, '', 'too late');
  exchange.drop();
});

test('a client that is gone before anybody wants more of it: whoever does then is told at once', async () => {
  const client = new ClientExchange('PUT', -1);
  const exchange = await handOver(client);
  let told = 0;
  const word = { aborted: () => (told += 1) };
  exchange.onAbort(word);
  await waitFor(() => client.isWatched, 'the client to be watched');
  client.abort?.aborted();
  await waitFor(() => told === 1, 'the word that it is gone');
  exchange.onAbort(word);
  const taken = new Taken();
  exchange.receive(taken);
  const stream = exchange.stream(200, '', () => (told += 1));
  assert.deepEqual([told, taken.ending, stream.write('a')], [3, 'cut', false]);
});

test('a stream goes on as fast as the client takes it, in order', async () => {
  const client = new ClientExchange('GET', 0);
  const exchange = await handOver(client);
  client.keepsUp = false;
  let ended = 0;
  const stream = exchange.stream(200, 'S: t\r\n', () => {
    ended += 1;
  });
  const piece = 'p'.repeat(50_000);
  let taken = 0;
  while (stream.write(`${taken % 10}${piece}`)) taken += 1;
  assert.equal(taken, Math.ceil(HANDED_WINDOW_BYTES / (piece.length + 1)));
  await waitFor(() => client.done.includes('stream 200 S: t\r\n'), 'the head');
  assert.equal(client.pieces.length, 0);
  client.keepsUp = true;
  await waitFor(() => stream.write('last'), 'room');
  stream.end();
  await waitFor(() => client.done.includes('end'), 'the end');
  assert.equal(client.pieces.length, taken + 1);
  assert.deepEqual(
    client.pieces.map((one) => one[0]),
    [...Array.from({ length: taken }, (_, at) => String(at)), 'l'],
  );
  assert.equal(ended, 0);
});

test('a stream whose client goes ends once', async () => {
  const client = new ClientExchange('GET', 0);
  const exchange = await handOver(client);
  let ended = 0;
  const stream = exchange.stream(200, '', () => {
    ended += 1;
  });
  stream.write('a');
  await waitFor(() => client.pieces.length === 1, 'the piece');
  client.abort?.aborted();
  await waitFor(() => ended === 1, 'the word');
  assert.equal(stream.write('b'), false);
  stream.end();
});

test('a connection that is to be dropped is dropped', async () => {
  const client = new ClientExchange('GET', 0);
  const exchange = await handOver(client);
  exchange.drop();
  await waitFor(() => client.done.includes('drop'), 'the drop');
});
