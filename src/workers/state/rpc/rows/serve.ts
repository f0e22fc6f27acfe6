// The server end of a row: arguments are read, the method is asked by way of `calls`, and what comes back is written.

import { decode, encode, encodeSteps, type ReadFailure, readFailureText } from '../../../../msgpack/codec.js';
import { EncodeError } from '../../../../msgpack/errors.js';
import type { Kind } from '../../../../msgpack/kinds.js';
import { BlockingRead, type ReadOrigin } from '../../calls/blocking-read.js';
import type { ReadSettings } from '../../calls/read-settings.js';
import { isRefusal, type Refusal, refusal } from '../../methods/contract/refusal.js';
import { turns } from '../../turns/turns.js';
import type { Asking, RpcContext, RpcMethod, RpcReply, RpcWork } from '../server/method.js';
import { askDirect, askRead, askWrite } from './ask.js';
import { metaOf, type QueryMeta, type QueryOptions, readSettings } from './query-options.js';
import type { DirectRow, ReadRow, Row, Served, WriteOptions, WriteRow } from './row.js';

class RpcRead<Args extends QueryOptions, Reply extends QueryMeta, Request, Value> extends BlockingRead<Value> {
  readonly #row: ReadRow<Args, Reply, Request, Value>;
  readonly #request: Request;
  readonly #reply: RpcReply;

  constructor(row: ReadRow<Args, Reply, Request, Value>, request: Request, settings: ReadSettings, reply: RpcReply) {
    super(settings);
    this.#row = row;
    this.#request = request;
    this.#reply = reply;
  }

  protected override answered(value: Value, index: number, origin: ReadOrigin): void {
    const missed = this.#row.missed?.(value) ?? null;
    if (missed !== null) this.#reply.refused(missed.text);
    else send(this.#reply, this.#row.reply, this.#row.show(value, metaOf(index, origin), this.#request));
  }

  override refused({ text }: Refusal): void {
    this.#reply.refused(text);
  }

  override crashed(error: unknown): void {
    this.#reply.crashed(error);
  }

  protected override parked(): void {}
}

/** Of a caller that keeps what it was told and wants no more than a word when its wait was in vain. */
class ChangedRead<Args extends QueryOptions, Reply extends QueryMeta, Request, Value> extends RpcRead<
  Args,
  Reply,
  Request,
  Value
> {
  readonly #knownIndex: number;
  readonly #unchanged: (index: number, origin: ReadOrigin) => void;

  constructor(
    row: ReadRow<Args, Reply, Request, Value>,
    request: Request,
    settings: ReadSettings,
    reply: RpcReply,
    unchanged: (meta: QueryMeta) => Reply,
  ) {
    super(row, request, settings, reply);
    this.#knownIndex = settings.minIndex;
    this.#unchanged = (index, origin) =>
      send(reply, row.reply, unchanged({ ...metaOf(index, origin), NotModified: true }));
  }

  protected override answered(value: Value, index: number, origin: ReadOrigin): void {
    if (index === this.#knownIndex) this.#unchanged(index, origin);
    else super.answered(value, index, origin);
  }
}

/** Elements of a list from which an answer is written in steps. */
const LONG = 512;

/**
 * Whether a list or map is long in it, or in what it holds: a node with its services is the deepest. Of a short list the first
 * element stands for all, so that the question costs next to nothing.
 */
function isLong(value: unknown, depth = 0): boolean {
  if (Array.isArray(value)) return value.length >= LONG || isLong(value[0], depth + 1);
  if (value instanceof Map) return value.size >= LONG;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || depth > 2) return false;
  let members = 0;
  for (const name in value) {
    members += 1;
    if (members >= LONG || isLong((value as { readonly [name: string]: unknown })[name], depth + 1)) return true;
  }
  return false;
}

function send<Reply>(to: RpcReply, kind: Kind<Reply>, reply: Reply): void {
  const failed = (error: unknown): void => {
    if (error instanceof EncodeError) to.refused(error.message);
    else to.crashed(error);
  };
  if (isLong(reply)) {
    turns.run(encodeSteps(kind, reply), (body) => to.answered(body), failed);
    return;
  }
  let body: Uint8Array;
  try {
    body = encode(kind, reply);
  } catch (error) {
    failed(error);
    return;
  }
  to.answered(body);
}

/** As stock's decoder says it where that is known, by the byte it stumbled over. */
function decoderText(failure: ReadFailure, body: Uint8Array): string {
  const mark = body[failure.offset - 1] ?? 0;
  if (failure.problem !== 'wrong-type') return `codec.decoder: ${readFailureText(failure)}`;
  const isRaw = (mark >= 0xa0 && mark <= 0xbf) || (mark >= 0xd9 && mark <= 0xdb);
  return isRaw
    ? `codec.decoder: Unhandled single-byte unsigned integer value: Unrecognized descriptor byte: ${mark.toString(16)}`
    : `codec.decoder: readContainerLen: Unrecognized descriptor byte: hex: ${mark.toString(16)}, dec: ${mark}`;
}

/** null: the asker has been told what is wrong. */
function read<Args>(kind: Kind<Args>, body: Uint8Array, reply: RpcReply): Args | null {
  const args = decode(kind, body);
  if (args.ok) return args.value;
  reply.undecodable(decoderText(args, body));
  return null;
}

interface Question<Args, Request> {
  readonly args: Args;
  readonly request: Request;
  /** The asked server's, where the arguments name none. */
  readonly datacenter: string;
}

/** Of those that say so: not all arguments name a datacenter, or carry a token. */
function textIn(args: object, name: 'Datacenter' | 'Token'): string {
  const given = (args as { readonly [name: string]: unknown })[name];
  return typeof given === 'string' ? given : '';
}

/** What to ask the method; null: the asker has been told why not. */
function asked<Args extends object, Reply, Request>(
  row: Served<Args, Reply, Request>,
  body: Uint8Array,
  context: RpcContext,
  reply: RpcReply,
): Question<Args, Request> | null {
  const args = read(row.arguments, body, reply);
  if (args === null) return null;
  const { datacenter: own, reaches } = context;
  const datacenter = textIn(args, 'Datacenter') || own;
  const request = row.request(args, datacenter, context);
  if (!isRefusal(request)) return { args, request, datacenter };
  // The way comes first: what is asked is looked at where it is answered.
  const isLost = datacenter !== own && !reaches(datacenter);
  reply.refused(isLost ? refusal('no-datacenter').text : request.text);
  return null;
}

/** The method of a row: `ask` gets what could be read, and what it answers is what can be given up. */
function served<Args extends object, Reply, Request>(
  row: Served<Args, Reply, Request> & { readonly method: { readonly name: string } },
  asking: Asking,
  ask: (question: Question<Args, Request>, context: RpcContext, reply: RpcReply) => RpcWork | null,
): RpcMethod {
  return {
    name: row.method.name,
    asking,
    answer(body, context, reply) {
      const question = asked(row, body, context, reply);
      return question === null ? null : ask(question, context, reply);
    },
  };
}

/** Promises are waited for; what is there at once is answered at once. */
function settle<T>(answer: T | Refusal | Promise<T | Refusal>, reply: RpcReply, answered: (value: T) => void): void {
  if (answer instanceof Promise) {
    answer.then((value) => settle(value, reply, answered)).catch((error: unknown) => reply.crashed(error));
  } else if (isRefusal(answer)) reply.refused(answer.text);
  else answered(answer);
}

function serveRead<Args extends QueryOptions, Reply extends QueryMeta, Request, Value>(
  row: ReadRow<Args, Reply, Request, Value>,
): RpcMethod {
  return served(row, askRead(row), ({ args, request, datacenter }, { calls, waits }, reply) => {
    const settings = readSettings(args, waits());
    const run =
      args.AllowNotModifiedResponse && row.unchanged !== undefined
        ? new ChangedRead(row, request, settings, reply, row.unchanged)
        : new RpcRead(row, request, settings, reply);
    calls.read(run, {
      method: row.method,
      request,
      settings,
      datacenter,
      caller: { token: args.Token },
      cached: 'none',
    });
    return run;
  });
}

function serveWrite<Args extends WriteOptions, Reply, Request, Value>(
  row: WriteRow<Args, Reply, Request, Value>,
): RpcMethod {
  const { method, stale } = row;
  return served(row, askWrite(row), ({ args, request, datacenter }, { calls }, reply) => {
    const caller = { token: args.Token };
    const answer =
      stale !== undefined && 'AllowStale' in args && args.AllowStale === true
        ? calls.direct(stale, request, datacenter, caller)
        : calls.write(method, request, datacenter, caller);
    settle(answer, reply, (value) => send(reply, row.reply, row.show(value, request)));
    return null;
  });
}

function serveDirect<Args extends object, Reply, Request, Value>(
  row: DirectRow<Args, Reply, Request, Value>,
): RpcMethod {
  return served(row, askDirect(row), ({ args, request, datacenter }, { calls }, reply) => {
    settle(calls.direct(row.method, request, datacenter, { token: textIn(args, 'Token') }), reply, (value) =>
      send(reply, row.reply, row.show(value, datacenter)),
    );
    return null;
  });
}

export function serve(row: Row): RpcMethod {
  if (row.kind === 'read') return serveRead(row);
  return row.kind === 'write' ? serveWrite(row) : serveDirect(row);
}
