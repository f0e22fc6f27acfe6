import assert from 'node:assert/strict';
import type net from 'node:net';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Exchange } from '../../../../../src/workers/state/http/engine/engine.js';
import type { AnswerBuffer } from '../../../../../src/workers/state/http/net/answer-buffer.js';
import { Connection } from '../../../../../src/workers/state/http/net/connection.js';
import { BusyTurns } from '../../../../../src/workers/state/sockets/busy-turns.js';

const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
const BUSY = 8;

class Client extends Duplex {
  answers = 0;
  /** How many answers had come when our end was closed; -1 while it isn't. */
  endedAfter = -1;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.answers += chunk.toString('latin1').split('HTTP/1.1 200').length - 1;
    done();
  }

  override _final(done: () => void): void {
    this.endedAfter = this.answers;
    done();
  }
}

function crowd(listener: (exchange: Exchange) => void = (exchange) => exchange.reply(200, '', 'x')) {
  const host = {
    limits: { maxHeaderBytes: 8192, maxConnectionsPerClient: 9, slowHeaderMs: 1e6, slowBodyMs: 1e6, slowBodyBytes: 1 },
    listener,
    stopping: false,
    impatient: new Set<Connection>(),
    turns: new BusyTurns<AnswerBuffer>((answers) => answers.flush()),
    left: () => {},
  };
  const clients = Array.from({ length: BUSY }, () => new Client());
  const connections = clients.map((client) => new Connection(client as unknown as net.Socket, '127.0.0.1', host));
  return {
    clients,
    connections,
    ask: () => connections.forEach((connection) => void connection.read(REQUEST)),
    answers: () => clients.reduce((sum, client) => sum + client.answers, 0),
  };
}

test('a turn after a quiet one answers at once', async () => {
  const { connections, answers } = crowd();
  for (let at = 0; at < 3; at++) {
    for (const connection of connections.slice(0, BUSY - 1)) connection.read(REQUEST);
    assert.equal(answers(), (at + 1) * (BUSY - 1));
    await turn();
  }
});

test('a turn after a busy one answers all at its end, and one after a quiet one at once again', async () => {
  const { ask, connections, answers } = crowd();
  ask();
  assert.equal(answers(), BUSY);
  await turn();
  ask();
  assert.equal(answers(), BUSY, 'held until the end of the turn');
  await turn();
  assert.equal(answers(), 2 * BUSY);
  connections[0]?.read(REQUEST);
  assert.equal(answers(), 2 * BUSY);
  await turn();
  connections[0]?.read(REQUEST);
  assert.equal(answers(), 2 * BUSY + 2);
});

test('a client that ends its side in a busy turn gets its answer before our end', async () => {
  const { ask, clients, connections } = crowd();
  ask();
  await turn();
  ask();
  connections[0]?.readEnd();
  assert.equal(clients[0]?.answers, 2);
  await turn();
  assert.equal(clients[0]?.endedAfter, 2);
});

test('answers that come later than their request are held in a busy turn as well', async () => {
  const waiting: Exchange[] = [];
  const { ask, answers } = crowd((exchange) => void waiting.push(exchange));
  const release = (): void => {
    for (const exchange of waiting.splice(0)) exchange.reply(200, '', 'x');
  };
  ask();
  release();
  assert.equal(answers(), BUSY);
  await turn();
  ask();
  release();
  assert.equal(answers(), BUSY);
  await turn();
  assert.equal(answers(), 2 * BUSY);
});

test('who has hung up in the meantime is written nothing', async () => {
  const { ask, clients, connections } = crowd();
  ask();
  await turn();
  ask();
  connections[0]?.closed();
  await turn();
  assert.equal(clients[0]?.answers, 1);
  assert.equal(clients[1]?.answers, 2);
});
