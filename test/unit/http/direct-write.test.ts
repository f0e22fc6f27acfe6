import assert from 'node:assert/strict';
import net, { type AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { AnswerBuffer } from '../../../src/workers/state/http/net/answer-buffer.js';
import { canWriteDirectly, findWriteRequest, writeDirectly } from '../../../src/workers/state/http/net/direct-write.js';
import { waitFor } from '../../agent-process.js';

interface Pair {
  /** The server's side. */
  readonly socket: net.Socket;
  readonly client: net.Socket;
  close(): Promise<void>;
}

/** A client that doesn't read yet. */
async function connect(): Promise<Pair> {
  const server = net.createServer();
  const accepted = new Promise<net.Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.pause();
  const socket = await accepted;
  socket.on('error', () => {});
  client.on('error', () => {});
  return {
    socket,
    client,
    close() {
      socket.destroy();
      client.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function readAll(client: net.Socket): Promise<string> {
  const pieces: Buffer[] = [];
  client.on('data', (piece) => pieces.push(piece));
  return new Promise((resolve) => client.on('end', () => resolve(Buffer.concat(pieces).toString('latin1'))));
}

const [major = 0] = process.versions.node.split('.').map(Number);

test('Node before 24 shows what a write needs; where it does not, nothing is written directly', async () => {
  if (major < 24) assert.notEqual(findWriteRequest(), null);
  const silent = (): net.Socket => new Duplex({ write: (_chunk, _encoding, done) => done() }) as net.Socket;
  assert.equal(findWriteRequest(silent), null);
  assert.equal(
    findWriteRequest(() => {
      throw new Error('no such option');
    }),
    null,
  );
  assert.equal(canWriteDirectly(new net.Socket()), false);
  const { socket, close } = await connect();
  assert.equal(canWriteDirectly(socket), findWriteRequest() !== null);
  assert.equal(canWriteDirectly(Object.assign(socket, { encrypted: true })), false);
  await close();
});

test('texts that the kernel takes only later arrive in order, and are said to be done', async (context) => {
  if (findWriteRequest() === null) {
    context.diagnostic('this version of Node writes in another way');
    return;
  }
  const { socket, client, close } = await connect();
  const texts = Array.from({ length: 2000 }, (_none, at) => String(at).padStart(8, '0').repeat(1000));
  const sent = { 'at once': 0, later: 0, failed: 0, done: 0 };
  for (const text of texts) {
    const outcome = writeDirectly(socket, text, (status) => {
      assert.equal(status, 0);
      sent.done += 1;
    });
    sent[outcome] += 1;
  }
  assert.ok(sent['at once'] > 0 && sent.later > 0, JSON.stringify(sent));
  const received = readAll(client);
  client.resume();
  socket.end();
  assert.ok((await received) === texts.join(''));
  assert.deepEqual({ failed: sent.failed, done: sent.done }, { failed: 0, done: sent.later });
  await close();
});

test('answers of all lengths arrive in the order in which they were made, whichever way each goes', async () => {
  const { socket, client, close } = await connect();
  const out = new AnswerBuffer(socket);
  const received = readAll(client);
  let expected = '';
  for (let at = 0; at < 1600; at++) {
    const head = `<${at}>`.repeat(1 + (at % 7) * 900);
    expected += head;
    out.add(head);
    if (at % 3 === 0) {
      const body = Buffer.alloc(5000 + (at % 400) * 50, `(${at})`);
      expected += body.toString('latin1');
      out.addBody(body, body.length);
    }
    out.flush();
    // From here on the kernel takes things again in between.
    if (at === 1200) {
      assert.ok(out.unsent > 0, 'the client is behind');
      client.resume();
    }
    if (at % 20 === 0) await new Promise(setImmediate);
  }
  client.resume();
  socket.end();
  assert.ok((await received) === expected);
  assert.equal(out.unsent, 0);
  await close();
});

test('a client that has gone costs its socket', async () => {
  const { socket, client, close } = await connect();
  const out = new AnswerBuffer(socket);
  client.resetAndDestroy();
  await waitFor(() => {
    out.add('x'.repeat(1000));
    out.flush();
    return socket.destroyed;
  }, 'the socket to be closed');
  out.add('nobody hears it');
  out.flush();
  await close();
});
