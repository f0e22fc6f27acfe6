// One RPC over a connection of its own (first byte 0; spec/rpc.md, sections 1 and 3): for the few questions that servers ask each
// other before there is anybody who leads.

import type net from 'node:net';
import { splitHostPort } from '../../../gotext/host-port.js';
import { decode, encode, type Read } from '../../../msgpack/codec.js';
import { type Kind, text, u64 } from '../../../msgpack/kinds.js';
import { struct } from '../../../msgpack/struct.js';
import type { ServerDialer } from '../../../tls/server-dialer.js';
import type { Uint64 } from '../../../wire/uint64.js';

const SINGLE = 0;
/** Shorter than autopilot's rounds are apart. */
const ANSWER_WITHIN_MS = 1_500;
/** Answers are short: whoever says more isn't asked any further. */
const MAX_ANSWER_BYTES = 64 * 1024;

const requestHeader = struct<{ ServiceMethod: string; Seq: Uint64 }>({ ServiceMethod: text, Seq: u64 });
const responseHeader = struct<{ ServiceMethod: string; Seq: Uint64; Error: string }>({
  ServiceMethod: text,
  Seq: u64,
  Error: text,
});

/** null: no answer in time, an error, or nothing that can be read. `address`: `host:port`. */
export function ask<Arguments, Reply>(
  dialer: ServerDialer,
  address: string,
  method: string,
  argumentsKind: Kind<Arguments>,
  request: Arguments,
  replyKind: Kind<Reply>,
): Promise<{ readonly reply: Reply } | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = (answer: { readonly reply: Reply } | null): void => {
      clearTimeout(timer);
      dialed.destroy();
      resolve(answer);
    };
    const timer = setTimeout(end, ANSWER_WITHIN_MS, null);
    const opened = (socket: net.Socket): void => {
      socket.on('error', () => end(null));
      socket.on('close', () => end(null));
      socket.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        const read = answerIn(Buffer.concat(chunks), replyKind);
        if (read !== 'incomplete') end(read);
        else if (bytes > MAX_ANSWER_BYTES) end(null);
      });
      const header = encode(requestHeader, { ServiceMethod: method, Seq: 1 });
      socket.write(Buffer.concat([header, encode(argumentsKind, request)]));
    };
    const dialed = dialer.dial(splitHostPort(address), {
      firstByte: SINGLE,
      withinMs: ANSWER_WITHIN_MS,
      opened,
      failed: () => end(null),
    });
  });
}

function answerIn<Reply>(bytes: Uint8Array, replyKind: Kind<Reply>): { readonly reply: Reply } | null | 'incomplete' {
  const header = decode(responseHeader, bytes);
  if (!header.ok) return incompleteOr(header, null);
  if (header.value.Error !== '') return null;
  const reply = decode(replyKind, bytes, header.next);
  return reply.ok ? { reply: reply.value } : incompleteOr(reply, null);
}

function incompleteOr(read: Extract<Read<unknown>, { ok: false }>, otherwise: null): null | 'incomplete' {
  return read.problem === 'truncated' ? 'incomplete' : otherwise;
}
