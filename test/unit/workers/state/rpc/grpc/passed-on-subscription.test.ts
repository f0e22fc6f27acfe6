// A subscription to another datacenter's records: what a server there sends comes to the subscriber, as do the end of it and why;
// all of them go over one connection, which ends with the last.

import assert from 'node:assert/strict';
import http2 from 'node:http2';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import { ServerDialer } from '../../../../../../src/tls/server-dialer.js';
import { allowAll } from '../../../../../../src/workers/state/acl/access.js';
import { beginFrame, endFrame } from '../../../../../../src/workers/state/rpc/grpc/frame.js';
import { ProtoWriter } from '../../../../../../src/workers/state/rpc/grpc/protobuf/writer.js';
import {
  readSubscribeRequest,
  type SubscribeRequest,
  writeSubscribeRequest,
} from '../../../../../../src/workers/state/rpc/grpc/subscribe/request.js';
import { SUBSCRIBE } from '../../../../../../src/workers/state/rpc/grpc/subscribe/subscribe.js';
import { waitFor } from '../../../../../agent-process.js';
import { register, service, TestStore } from '../../replica/store/commands.js';
import { GrpcPair } from './grpc-pair.js';

const WEB: SubscribeRequest = {
  topic: 1,
  token: '',
  index: 0,
  datacenter: 'dc2',
  key: 'web',
  peer: '',
  isWildcard: false,
};

function message(request: SubscribeRequest): Buffer {
  const writer = new ProtoWriter();
  const begun = beginFrame(writer);
  writeSubscribeRequest(writer, request);
  endFrame(writer, begun);
  return writer.copy(0);
}

interface Heard {
  readonly stream: http2.ClientHttp2Stream;
  text: string;
  ended: http2.IncomingHttpHeaders | null;
}

function listen(session: http2.ClientHttp2Session, request: SubscribeRequest): Heard {
  const stream = session.request({ ':method': 'POST', ':path': SUBSCRIBE, 'content-type': 'application/grpc' });
  const heard: Heard = { stream, text: '', ended: null };
  stream.on('error', () => {});
  stream.on('data', (chunk: Buffer) => {
    heard.text += chunk.toString('latin1');
  });
  const end = (headers: http2.IncomingHttpHeaders): void => {
    if (headers['grpc-status'] !== undefined) heard.ended = headers;
  };
  stream.on('response', end);
  stream.on('trailers', end);
  stream.end(message(request));
  return heard;
}

interface Two {
  readonly far: GrpcPair;
  readonly store: TestStore;
  readonly session: http2.ClientHttp2Session;
  /** Connections to the other datacenter so far, and those that are open. */
  readonly dialed: () => number;
  readonly open: ReadonlySet<net.Socket>;
  /** Secrets that the other datacenter was shown. */
  readonly shown: readonly string[];
}

async function two(t: TestContext): Promise<Two> {
  const store = new TestStore();
  const shown: string[] = [];
  const far = await GrpcPair.open(store, () => null, {
    datacenter: 'dc2',
    beyond: { dialer: new ServerDialer(), serversOf: () => [], isLocalToken: () => false },
    tokens: {
      isOff: false,
      isLocal: () => false,
      resolve(secret) {
        shown.push(secret);
        return allowAll;
      },
    },
  });
  const address = `127.0.0.1:${far.port}`;
  const sockets = new Set<net.Socket>();
  let dialed = 0;
  const dialer = new ServerDialer();
  const counting = Object.create(dialer) as ServerDialer;
  counting.dial = (to, options) => {
    dialed += 1;
    return dialer.dial(to, {
      ...options,
      opened(socket) {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        options.opened(socket);
      },
    });
  };
  const near = await GrpcPair.open(new TestStore(), () => null, {
    datacenter: 'dc1',
    beyond: {
      dialer: counting,
      serversOf: (name) => (name === 'dc2' ? [{ name: 'far', address }] : []),
      isLocalToken: (secret) => secret === 'local',
    },
  });
  const socket = net.connect(near.port, '127.0.0.1');
  socket.write(Uint8Array.of(8));
  const session = http2.connect('http://server', { createConnection: () => socket });
  session.on('error', () => {});
  t.after(() => {
    session.destroy();
    near.close();
    far.close();
  });
  return { far, store, session, dialed: () => dialed, open: sockets, shown };
}

const web = (Address: string) => register({ Service: service({ ID: 'web', Service: 'web', Address }) });

test('what another datacenter has comes as it is there, and changes as it does', async (t) => {
  const { store, session, dialed, open } = await two(t);
  store.runAll(web('first.example'));
  const one = listen(session, WEB);
  await waitFor(() => one.text.includes('first.example'), 'the snapshot');
  const other = listen(session, { ...WEB, key: 'other' });
  await waitFor(() => other.text.length > 0, 'the empty snapshot');
  store.runAll(web('second.example'));
  await waitFor(() => one.text.includes('second.example'), 'the change');
  assert.deepEqual([dialed(), open.size], [1, 1]);
  one.stream.close();
  store.runAll(register({ Service: service({ ID: 'o', Service: 'other', Address: 'third.example' }) }));
  await waitFor(() => other.text.includes('third.example'), 'the other one to go on');
  other.stream.close();
  await waitFor(() => open.size === 0, 'the connection to end with the last');
});

test('how it ends there is how it ends here; a server that goes away is not the end of the datacenter', async (t) => {
  const { store, session, far, open } = await two(t);
  const refused = listen(session, { ...WEB, key: '' });
  await waitFor(() => refused.ended !== null, 'the refusal');
  assert.deepEqual([refused.ended?.['grpc-status'], refused.ended?.['grpc-message']], ['3', 'a subject must be named']);
  const nowhere = listen(session, { ...WEB, datacenter: 'dc3' });
  await waitFor(() => nowhere.ended !== null, 'the refusal');
  assert.deepEqual([nowhere.ended?.['grpc-status'], nowhere.ended?.['grpc-message']], ['2', 'No path to datacenter']);
  store.runAll(web('first.example'));
  const lost = listen(session, WEB);
  await waitFor(() => lost.text.includes('first.example'), 'the snapshot');
  far.close();
  for (const socket of open) socket.destroy();
  await waitFor(() => lost.ended !== null, 'its end');
  assert.equal(lost.ended?.['grpc-status'], '14');
  const unreachable = listen(session, WEB);
  await waitFor(() => unreachable.ended !== null, 'the failure');
  assert.equal(unreachable.ended?.['grpc-status'], '14');
});

test('a token of this datacenter alone stays here', async (t) => {
  const { session, shown } = await two(t);
  const one = listen(session, { ...WEB, token: 'local' });
  await waitFor(() => one.text.length > 0, 'the snapshot');
  assert.deepEqual([...new Set(shown)], ['']);
  const other = listen(session, { ...WEB, token: 'global' });
  await waitFor(() => other.text.length > 0, 'the snapshot');
  assert.deepEqual([...new Set(shown)], ['', 'global']);
});

test('a request is read as it is written', () => {
  for (const request of [
    WEB,
    { ...WEB, token: 't', index: 5, peer: 'p' },
    { ...WEB, topic: 7, key: '', isWildcard: true },
  ]) {
    assert.deepEqual(readSubscribeRequest(message(request).subarray(5)), request);
  }
});
