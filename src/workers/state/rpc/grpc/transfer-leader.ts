// OperatorService/TransferLeader: the leader hands over to the voter named, or to any; a server that doesn't lead passes the call
// on, once (spec/rpc.md, section 7). Stock's HTTP and command line have no other way.

import type { ServerDialer } from '../../../../tls/server-dialer.js';
import type { RaftConfiguration } from '../../../../wire/raft/raft-orders.js';
import { denial, isRefusal, refusal } from '../../methods/contract/refusal.js';
import { judge, type TokenResolver } from '../../methods/contract/token-resolver.js';
import { beginFrame, endFrame } from './frame.js';
import type { GrpcCall, Serve } from './grpc-call.js';
import { readFields } from './protobuf/reader.js';
import { ProtoWriter } from './protobuf/writer.js';
import { Status, type StatusCode } from './status.js';
import { TOKEN, tokenOf } from './token.js';
import { callUnary } from './unary-client.js';

export const TRANSFER_LEADER = '/hashicorp.consul.internal.operator.OperatorService/TransferLeader';
/** On a call that was passed on; it isn't passed on a second time. Others ignore it. */
const PASSED_ON = 'x-lictor-passed-on';
/** A hand-over is given up sooner. */
export const TRANSFER_WITHIN_MS = 30_000;

export interface TransferParts {
  readonly tokens: TokenResolver;
  /** How another server is reached. */
  readonly dialer: ServerDialer;
  readonly isLeader: () => boolean;
  /** `host:port`; "" when none is known. */
  readonly leaderAddress: () => string;
  readonly configuration: () => Promise<RaftConfiguration>;
  /** null: to whichever voter has most. Resolves with null when it is done, else with what went wrong. */
  readonly handOver: (id: string | null) => Promise<string | null>;
}

type Outcome = { readonly status: StatusCode; readonly text: string };

const DONE: Outcome = { status: Status.ok, text: '' };

export function transferLeader(parts: TransferParts): Serve {
  return (call, message) => {
    const id = readRequest(message);
    if (id === null) call.end(Status.internal, 'the request is no message of protobuf');
    else {
      transfer(parts, call, id).then(
        (outcome) => answer(call, outcome),
        (error: unknown) => call.end(Status.unknown, String(error)),
      );
    }
    return null;
  };
}

/** The server's ID; "" for any; null: it can't be read. */
function readRequest(message: Buffer): string | null {
  const fields = readFields(message);
  if (fields === null) return null;
  return fields.find(({ number }) => number === 1)?.value.toString() ?? '';
}

function transfer(parts: TransferParts, call: GrpcCall, id: string): Promise<Outcome> {
  if (parts.isLeader()) return handOver(parts, id, tokenOf(call));
  const address = parts.leaderAddress();
  if (address === '' || call.headers[PASSED_ON] !== undefined) {
    const { text } = refusal('no-leader');
    return Promise.resolve({ status: Status.unavailable, text });
  }
  return passOn(call, parts.dialer, address, id);
}

async function handOver(
  { configuration, handOver, tokens }: TransferParts,
  id: string,
  token: string,
): Promise<Outcome> {
  const judged = await judge(tokens, { token });
  const denied = isRefusal(judged) ? judged : denial(judged, 'operator:write', '');
  if (denied !== null) return { status: Status.unknown, text: denied.text };
  if (id !== '') {
    const { peers } = await configuration();
    if (!peers.some((peer) => peer.id === id)) {
      return { status: Status.unknown, text: `Could not find address for server id ${id}` };
    }
  }
  const problem = await handOver(id === '' ? null : id);
  return problem === null ? DONE : { status: Status.unknown, text: problem };
}

async function passOn(call: GrpcCall, dialer: ServerDialer, address: string, id: string): Promise<Outcome> {
  const token = tokenOf(call);
  const outcome = await callUnary({
    dialer,
    address,
    path: TRANSFER_LEADER,
    headers: { [PASSED_ON]: '1', ...(token === '' ? {} : { [TOKEN]: token }) },
    write: (writer) => writer.text(1, id),
    withinMs: TRANSFER_WITHIN_MS,
  });
  return outcome.ok ? DONE : { status: outcome.status as StatusCode, text: outcome.text };
}

function answer(call: GrpcCall, { status, text }: Outcome): void {
  if (status === Status.ok) {
    const writer = new ProtoWriter();
    const begun = beginFrame(writer);
    writer.bool(1, true);
    endFrame(writer, begun);
    call.send(writer.copy(0));
  }
  call.end(status, text);
}
