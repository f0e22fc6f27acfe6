// Answers: an error text, empty when there is none, and a message. What an answer answers isn't in it: who asked knows it by the
// order on the connection.

import { decode, readFailureText, written } from '../../../msgpack/codec.js';
import { type Kind, textOrBinary } from '../../../msgpack/kinds.js';
import { logIndex, type Term, term } from '../core/entry.js';
import type { AppendAnswer, HeartbeatAnswer, Incoming, InstallAnswer, VoteAnswer } from '../core/message.js';
import { FrameBuffer } from './frame-buffer.js';
import {
  PROTOCOL_VERSION,
  RpcType,
  type WireHeader,
  wireAppendAnswer,
  wireHeader,
  wireInstallAnswer,
  wirePreVoteAnswer,
  wireVoteAnswer,
} from './messages.js';
import { type Request, type Self, throughOf } from './requests.js';

export type Answer = VoteAnswer | AppendAnswer | HeartbeatAnswer | InstallAnswer;

const NO_HEADER: WireHeader = { ProtocolVersion: 0, ID: '', Addr: '' };

function answer<T>(kind: Kind<T>, value: T, error = ''): Uint8Array {
  return written((writer) => {
    writer.text(error);
    kind.write(writer, value);
  });
}

/** `asked`: the request's term. `lastIndex`: of this server's log, for an answer that doesn't say. */
export function encodeAnswer(message: Answer, asked: Term, lastIndex: number, self: Self): Uint8Array {
  const { term: Term } = message;
  const header = { ProtocolVersion: PROTOCOL_VERSION, ID: self.id, Addr: self.address };
  switch (message.kind) {
    case 'vote-answer':
      return answer(wireVoteAnswer, { Term, Peers: null, Granted: message.granted, ...header });
    case 'pre-vote-answer':
      return answer(wirePreVoteAnswer, { Term, Granted: message.granted, ...header });
    case 'append-answer': {
      const { success: Success, last: LastLog } = message;
      // It is this leader's log that doesn't fit: it may try the next entry at once.
      const NoRetryBackoff = !Success && Term <= asked;
      return answer(wireAppendAnswer, { Term, LastLog, Success, NoRetryBackoff, ...header });
    }
    case 'heartbeat-answer': {
      const { success: Success } = message;
      return answer(wireAppendAnswer, { Term, LastLog: lastIndex, Success, NoRetryBackoff: false, ...header });
    }
    case 'install-answer':
      return answer(wireInstallAnswer, { Term, Success: message.success, ...NO_HEADER });
  }
}

export function encodeTimeoutNowAnswer(): Uint8Array {
  return answer(wireHeader, NO_HEADER);
}

/** `ownTerm`: an error about a snapshot carries it. */
export function encodeError(error: string, type: number, ownTerm: Term): Uint8Array {
  if (type === RpcType.install && error.startsWith('unsupported snapshot')) {
    return answer(wireInstallAnswer, { Term: ownTerm, Success: false, ...NO_HEADER }, error);
  }
  return written((writer) => {
    writer.text(error);
    writer.nil();
  });
}

const MOST_ANSWER_BYTES = 64 * 1024;

/** What finds answers on a connection. */
export function answerFrames(): FrameBuffer {
  return new FrameBuffer(0, 2, MOST_ANSWER_BYTES);
}

/** A peer that doesn't know pre-votes grants them. */
const UNKNOWN_TO_OLD_PEER = 'unexpected command';

export type DecodedAnswer =
  | { readonly kind: 'answer'; readonly message: Incoming | null }
  /** The other server refused: of no use to the core. */
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'garbage'; readonly problem: string };

/** What `message` says to `request`; null where there is nothing in it for the core. */
export function decodeAnswer(message: Uint8Array, request: Request): DecodedAnswer {
  const error = decode(textOrBinary, message);
  if (!error.ok) return { kind: 'garbage', problem: readFailureText(error) };
  const about = { from: request.to, to: request.from };
  if (error.value !== '') {
    if (request.kind !== 'pre-vote' || !error.value.includes(UNKNOWN_TO_OLD_PEER)) {
      return { kind: 'error', text: error.value };
    }
    const { term: round } = request;
    return { kind: 'answer', message: { kind: 'pre-vote-answer', ...about, term: round, round, granted: true } };
  }
  switch (request.kind) {
    case 'pre-vote':
      return readAnswer(wirePreVoteAnswer, message, error.next, request, ({ Term, Granted: granted }) => {
        return { kind: 'pre-vote-answer', ...about, term: term(Term), round: request.term, granted };
      });
    case 'vote':
      return readAnswer(wireVoteAnswer, message, error.next, request, ({ Term, Granted: granted }) => {
        return { kind: 'vote-answer', ...about, term: term(Term), round: request.term, granted };
      });
    case 'append':
      return readAnswer(wireAppendAnswer, message, error.next, request, ({ Term, Success: success, LastLog }) => {
        const last = logIndex(LastLog);
        const through = success ? throughOf(request) : request.previous.index;
        const place = { last, through, previous: request.previous.index, sentMs: request.sentMs };
        return { kind: 'append-answer', ...about, term: term(Term), success, ...place };
      });
    case 'heartbeat':
      return readAnswer(wireAppendAnswer, message, error.next, request, ({ Term, Success: success }) => {
        const { sentMs, readRound } = request;
        return { kind: 'heartbeat-answer', ...about, term: term(Term), success, sentMs, readRound };
      });
    case 'install':
      return readAnswer(wireInstallAnswer, message, error.next, request, ({ Term, Success: success }) => {
        const { sentMs, position } = request;
        return { kind: 'install-answer', ...about, term: term(Term), success, through: position.index, sentMs };
      });
    case 'timeout-now':
      return { kind: 'answer', message: null };
  }
}

/** Who answers says who it is, mostly: another server may have come to where this one was. */
function readAnswer<T extends WireHeader>(
  kind: Kind<T>,
  message: Uint8Array,
  at: number,
  { to }: Request,
  make: (wire: T) => Incoming,
): DecodedAnswer {
  const read = decode(kind, message, at);
  if (!read.ok) return { kind: 'garbage', problem: readFailureText(read) };
  const { ID } = read.value;
  if (ID !== '' && ID !== to) return { kind: 'garbage', problem: `an answer of ${ID}` };
  return { kind: 'answer', message: make(read.value) };
}
