// The asking end of a row: the method's request becomes arguments, and the reply the method's own answer.

import { decode, decodeSteps, encode, type Read } from '../../../../msgpack/codec.js';
import { EncodeError } from '../../../../msgpack/errors.js';
import type { Kind } from '../../../../msgpack/kinds.js';
import type { AskedRead } from '../../calls/elsewhere.js';
import type { ReadSettings } from '../../calls/read-settings.js';
import type { Steps } from '../../turns/turns.js';
import type { Asking } from '../server/method.js';
import { optionsOf, originOf, type QueryMeta, type QueryOptions } from './query-options.js';
import type { DirectRow, ReadRow, WriteOptions, WriteRow } from './row.js';

export function askRead<Args extends QueryOptions, Reply extends QueryMeta, Request, Value>(
  row: ReadRow<Args, Reply, Request, Value>,
): Asking {
  const answer = (reply: Read<Reply>, body: Uint8Array, request: unknown): AskedRead<Value> | null => {
    if (!reply.ok) return null;
    const { value } = reply;
    return {
      ok: true,
      value: row.value(value, request as Request),
      index: Number(value.Index),
      origin: originOf(value),
      bytes: body.length,
    };
  };
  return {
    readBody: (request, settings, datacenter, token) =>
      bodyOf(row.arguments, row.ask(request as Request, optionsOf(settings, datacenter, token))),
    readAnswer: (body, request) => answer(decode(row.reply, body), body, request),
    *readLongAnswer(body, request) {
      return answer(yield* decodeSteps(row.reply, body), body, request);
    },
    writeBody: () => null,
    writeAnswer: () => null,
  };
}

export function askWrite<Args extends WriteOptions, Reply, Request, Value>(
  row: WriteRow<Args, Reply, Request, Value>,
): Asking {
  return {
    readBody: () => null,
    readAnswer: () => null,
    readLongAnswer: nothing,
    writeBody(request, datacenter, token, isStale) {
      const args = row.ask(request as Request, { Datacenter: datacenter, Token: token });
      return bodyOf(row.arguments, isStale ? { ...args, AllowStale: true } : args);
    },
    writeAnswer(body, request) {
      const reply = decode(row.reply, body);
      return reply.ok ? { ok: true, value: row.value(reply.value, request as Request) } : null;
    },
  };
}

/** Of what isn't asked as a read is. */
function* nothing(): Steps<null> {
  yield;
  return null;
}

const AT_ONCE: ReadSettings = { consistency: 'default', minIndex: 0, waitMs: 0, maxStaleMs: 0 };

/** As a write is asked: nothing is said of where the answer comes from. */
export function askDirect<Args extends object, Reply, Request, Value>(
  row: DirectRow<Args, Reply, Request, Value>,
): Asking {
  return {
    readBody: () => null,
    readAnswer: () => null,
    readLongAnswer: nothing,
    writeBody: (request, datacenter, token) =>
      bodyOf(row.arguments, row.ask(request as Request, optionsOf(AT_ONCE, datacenter, token))),
    writeAnswer(body, request) {
      const reply = decode(row.reply, body);
      return reply.ok ? { ok: true, value: row.value(reply.value, request as Request) } : null;
    },
  };
}

function bodyOf<Args>(kind: Kind<Args>, args: Args): Uint8Array | EncodeError {
  try {
    return encode(kind, args);
  } catch (error) {
    if (error instanceof EncodeError) return error;
    throw error;
  }
}
