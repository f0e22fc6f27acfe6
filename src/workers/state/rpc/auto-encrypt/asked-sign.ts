// Asks a server for an agent's certificate: a connection of its own for each question, as servers take it on no other
// (spec/rpc.md, section 1, first byte 7).

import type net from 'node:net';
import { messageOf } from '../../../../gotext/errno.js';
import { splitHostPort } from '../../../../gotext/host-port.js';
import { decode, encode } from '../../../../msgpack/codec.js';
import { EncodeError } from '../../../../msgpack/errors.js';
import { MALFORMED, ValueScan } from '../../../../msgpack/skip.js';
import type { BootstrapDialer } from '../../../../tls/bootstrap-dialer.js';
import type { AskedFailure } from '../../calls/asked-failure.js';
import { type GivenCertificate, signAgentCertificate } from '../../methods/mesh/auto-encrypt.js';
import { ByteBudget } from '../server/byte-budget.js';
import { responseHeader, sendRequest } from '../server/envelope.js';
import { GrowingBuffer } from '../server/growing-buffer.js';
import { givenOf, type SignArguments, signArguments, signedReply } from './sign-row.js';

const CONNECT_WITHIN_MS = 10_000;
/** A server holds the question while an election runs. */
const ANSWER_WITHIN_MS = 30_000;
/** Some dozens of roots. */
const MOST_BYTES = 1024 * 1024;

export type AskedSign = { readonly ok: true; readonly value: GivenCertificate } | AskedFailure;

/** `address`: `host:port`; `request`: a signing request as PEM. Never rejects. */
export async function askToSign(
  dialer: BootstrapDialer,
  address: string,
  request: string,
  datacenter: string,
  token: string,
): Promise<AskedSign> {
  const body = bodyOf({ CSR: request, Datacenter: datacenter, Token: token });
  if (body === null) return failed('answered', 'the question has no form on the wire');
  const socket = await dial(dialer, address);
  if (typeof socket === 'string') return failed('unsent', socket);
  try {
    return await ask(socket, body);
  } finally {
    socket.destroy();
  }
}

function bodyOf(args: SignArguments): Uint8Array | null {
  try {
    return encode(signArguments, args);
  } catch (error) {
    if (error instanceof EncodeError) return null;
    throw error;
  }
}

function failed(kind: AskedFailure['kind'], why: string): AskedFailure {
  const text =
    kind === 'unsent' ? `rpc error getting client: failed to get conn: ${why}` : `rpc error making call: ${why}`;
  return { ok: false, kind, text };
}

/** A text says why there is none. */
function dial(dialer: BootstrapDialer, address: string): Promise<net.Socket | string> {
  return new Promise((resolve) => {
    dialer.dial(splitHostPort(address), {
      withinMs: CONNECT_WITHIN_MS,
      opened: resolve,
      failed: (error) => resolve(messageOf(error)),
    });
  });
}

function ask(socket: net.Socket, body: Uint8Array): Promise<AskedSign> {
  return new Promise((resolve) => {
    const buffer = new GrowingBuffer(new ByteBudget(MOST_BYTES));
    const scan = new ValueScan();
    // Header and body.
    scan.begin(0, 2);
    const lost = (why: string): void => resolve(failed('lost', why));
    socket.setTimeout(ANSWER_WITHIN_MS, () => lost('i/o deadline reached'));
    socket.on('error', (error) => lost(messageOf(error)));
    socket.on('close', () => lost('EOF'));
    socket.on('data', (chunk: Buffer) => {
      if (buffer.add(chunk) === null) {
        lost('reply is too large');
        return;
      }
      const end = scan.run(buffer.bytes, buffer.end);
      if (end === MALFORMED) lost('malformed reply');
      else if (end <= buffer.end) resolve(answerOf(buffer.bytes));
    });
    sendRequest(socket, { Seq: 1, ServiceMethod: signAgentCertificate.name }, body);
  });
}

function answerOf(bytes: Buffer): AskedSign {
  const header = decode(responseHeader, bytes);
  if (!header.ok) return failed('lost', 'malformed reply');
  if (header.value.Error !== '') return failed('answered', header.value.Error);
  const reply = decode(signedReply, bytes, header.next);
  return reply.ok ? { ok: true, value: givenOf(reply.value) } : failed('answered', 'malformed reply');
}
