// What is said on a stream (spec/gossip.md, sections 3 and 5): one message each way. When it is neither compressed nor
// encrypted nothing says how long it is, so it is read as far as it is there, and later on from where it stopped.

import { encode, written } from '../../../msgpack/codec.js';
import type { Kind } from '../../../msgpack/kinds.js';
import { DEFAULT_LIMITS, type Limits } from '../../../msgpack/limits.js';
import { MsgpackReader } from '../../../msgpack/reader.js';
import * as types from './message-types.js';
import * as bodies from './messages.js';
import { UsualNodeReader } from './usual-node.js';

export interface PushPull {
  readonly isJoin: boolean;
  readonly nodes: readonly bodies.PushPullNode[];
  /** Serf's state; null when there is none (then its merge isn't called). */
  readonly userState: Uint8Array | null;
}

export type StreamMessage =
  | { readonly type: 'pushPull'; readonly body: PushPull }
  | { readonly type: 'ping'; readonly body: bodies.Ping }
  | { readonly type: 'ack'; readonly body: bodies.Ack }
  | { readonly type: 'user'; readonly payload: Uint8Array }
  | { readonly type: 'error'; readonly text: string };

export function encodeStreamMessage(message: StreamMessage): Uint8Array {
  switch (message.type) {
    case 'ping':
      return encode(bodies.ping, message.body, types.PING);
    case 'ack':
      return encode(bodies.ack, message.body, types.ACK);
    case 'error':
      return encode(bodies.remoteError, { Error: message.text }, types.ERROR);
    case 'user':
      return written((writer) => {
        writer.byte(types.USER);
        bodies.userHeader.write(writer, { UserMsgLen: message.payload.length });
        writer.raw(message.payload);
      });
    case 'pushPull':
      return Buffer.concat([...encodePushPull(message.body)]);
  }
}

/** Nodes written in one go: less than a millisecond. */
const NODES_A_PIECE = 100;

/** A push/pull in pieces. */
export function* encodePushPull({ isJoin, nodes, userState }: PushPull): Generator<Uint8Array> {
  yield written((writer) => {
    writer.byte(types.PUSH_PULL);
    bodies.pushPullHeader.write(writer, { Nodes: nodes.length, UserStateLen: userState?.length ?? 0, Join: isJoin });
  });
  for (let start = 0; start < nodes.length; start += NODES_A_PIECE) {
    yield written((writer) => {
      for (const node of nodes.slice(start, start + NODES_A_PIECE)) bodies.pushPullNode.write(writer, node);
    });
  }
  if (userState !== null) yield userState;
}

export type StreamRead =
  | { readonly kind: 'message'; readonly message: StreamMessage }
  /** Call again when at least this many bytes of content are there. */
  | { readonly kind: 'wants'; readonly bytes: number }
  /** Many nodes were read, more are there: call again, best after a turn of the event loop. */
  | { readonly kind: 'pause' }
  | { readonly kind: 'refused'; readonly problem: string };

/** Nodes read in one go, and their bytes: less than a millisecond, also while the code isn't compiled. */
const NODES_A_STEP = 100;
const BYTES_A_STEP = 128 * 1024;

/** Of all that is read here in one go. */
const LIMITS: Limits = { ...DEFAULT_LIMITS, bytes: types.MOST_NODE_BYTES };

const NOTHING = new Uint8Array(0);

function refused(problem: string): StreamRead {
  return { kind: 'refused', problem };
}

/** Reads one message from content that may still grow. */
export class StreamMessageReader {
  /** One for all nodes: a new one for each would take as long as reading it. */
  readonly #reader = new MsgpackReader(NOTHING, 0, LIMITS);
  readonly #usual = new UsualNodeReader();
  #offset = 1;
  #header: bodies.PushPullHeader | null = null;
  readonly #nodes: bodies.PushPullNode[] = [];

  /** Nodes of a push/pull read so far. */
  get nodeCount(): number {
    return this.#nodes.length;
  }

  /** `bytes` is all of the message that is there so far, its beginning included. Byte values are views of it. */
  read(bytes: Uint8Array): StreamRead {
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    switch (content[0]) {
      case undefined:
        return { kind: 'wants', bytes: 1 };
      case types.PING:
        return this.#small(bodies.ping, content, (body) => ({ type: 'ping', body }));
      case types.ACK:
        return this.#small(bodies.ack, content, (body) => ({ type: 'ack', body }));
      case types.ERROR:
        return this.#small(bodies.remoteError, content, (body) => ({ type: 'error', text: body.Error }));
      case types.USER:
        return this.#user(content);
      case types.PUSH_PULL:
        return this.#pushPull(content);
      default:
        return refused(`message type ${content[0]} is not supported on a stream`);
    }
  }

  /** Reads a value at the offset and moves it on; anything else is the caller's answer. */
  #value<T>(kind: Kind<T>, content: Buffer, name: string): { readonly value: T } | StreamRead {
    const reader = this.#reader;
    reader.open(content, this.#offset, content.length);
    const value = kind.read(reader);
    const { problem, wanted } = reader;
    if (problem === null) {
      this.#offset = reader.offset;
      return { value };
    }
    if (problem !== 'truncated' && problem !== 'too-large') return refused(`${name} is malformed`);
    if (wanted - this.#offset > types.MOST_NODE_BYTES) return refused(`${name} is too long`);
    return { kind: 'wants', bytes: wanted };
  }

  #small<T>(kind: Kind<T>, content: Buffer, make: (body: T) => StreamMessage): StreamRead {
    const read = this.#value(kind, content, 'message');
    return 'value' in read ? { kind: 'message', message: make(read.value) } : read;
  }

  #user(content: Buffer): StreamRead {
    this.#offset = 1;
    const read = this.#value(bodies.userHeader, content, 'user message header');
    if (!('value' in read)) return read;
    const length = read.value.UserMsgLen;
    if (length < 0 || length > types.MOST_STREAM_BYTES) return refused(`user message of ${length} bytes`);
    const end = this.#offset + length;
    if (content.length < end) return { kind: 'wants', bytes: end };
    return { kind: 'message', message: { type: 'user', payload: content.subarray(this.#offset, end) } };
  }

  #pushPull(content: Buffer): StreamRead {
    if (this.#header === null) {
      const read = this.#value(bodies.pushPullHeader, content, 'push/pull header');
      if (!('value' in read)) return read;
      const { Nodes, UserStateLen } = read.value;
      if (Nodes < 0 || Nodes > types.MOST_NODES) return refused(`push/pull of ${Nodes} nodes`);
      if (UserStateLen < 0 || UserStateLen > types.MOST_STREAM_BYTES) {
        return refused(`push/pull with ${UserStateLen} bytes of user state`);
      }
      this.#header = read.value;
    }
    const { Nodes, UserStateLen, Join } = this.#header;
    const stop = Math.min(Nodes, this.#nodes.length + NODES_A_STEP);
    const stopBytes = this.#offset + BYTES_A_STEP;
    while (this.#nodes.length < stop && this.#offset < stopBytes) {
      const usual = this.#usual.read(content, this.#offset);
      if (usual !== null) {
        this.#offset = this.#usual.next;
        this.#nodes.push(usual);
        continue;
      }
      const read = this.#value(bodies.pushPullNode, content, 'push/pull node');
      if (!('value' in read)) return read;
      this.#nodes.push(read.value);
    }
    if (this.#nodes.length < Nodes) return { kind: 'pause' };
    const end = this.#offset + UserStateLen;
    if (content.length < end) return { kind: 'wants', bytes: end };
    const userState = UserStateLen === 0 ? null : content.subarray(this.#offset, end);
    const body = { isJoin: Join, nodes: this.#nodes, userState };
    return { kind: 'message', message: { type: 'pushPull', body } };
  }
}
