// What comes in at a Serf machine: memberlist's news, and messages of other Serf machines that memberlist carried here
// (spec/gossip.md, sections 10 to 13).

import type { NodeInfo } from '../core/node.js';
import type { GossipEvent } from '../core/output.js';
import { MOST_PACKET_BYTES } from '../wire/message-types.js';
import type { SerfParts } from './parts.js';
import { readSerfMessage, type SerfMessage } from './protocol/messages.js';

/** Serf's part of the other side's state, when memberlist has merged its own. */
export interface UserState {
  readonly state: Uint8Array;
  readonly isJoin: boolean;
}

export class Reception {
  readonly #parts: SerfParts;
  #userState: UserState | null = null;

  constructor(parts: SerfParts) {
    this.#parts = parts;
  }

  /** What the step of a merge that has just ended has left for Serf to merge, once. */
  takeUserState(): UserState | null {
    const taken = this.#userState;
    this.#userState = null;
    return taken;
  }

  event(event: GossipEvent, nowMs: number): void {
    const { rules, conflict, departure, pool } = this.#parts;
    const { out } = pool;
    switch (event.kind) {
      case 'join':
        rules.joined(event.node);
        break;
      case 'update':
        rules.updated(event.node);
        break;
      case 'leave':
        rules.left(event.node, nowMs);
        break;
      case 'suspect':
        this.#suspected(event.node.name);
        break;
      case 'conflict':
        conflict.noticed(event.existing, event.other, nowMs);
        break;
      case 'user':
        this.message(event.payload, nowMs);
        break;
      case 'userState':
        this.#userState = event;
        break;
      case 'roundTrip':
        this.#observe(event.node, event.payload, event.roundTripMs);
        break;
      case 'spread':
        if (event.what === 'leave') departure.told(event.isTimedOut, nowMs);
        else if (event.isTimedOut) out.log('warn', 'timeout waiting for update broadcast');
        break;
      case 'done':
        out.tell(event);
        break;
      case 'log':
        out.tell({ kind: 'log', source: 'memberlist', level: event.level, text: `memberlist: ${event.text}` });
        break;
    }
  }

  #suspected(name: string): void {
    const { members, out } = this.#parts.pool;
    const member = members.get(name);
    if (member !== undefined) out.tell({ kind: 'suspected', member });
  }

  #observe(node: NodeInfo, payload: Uint8Array | null, roundTripMs: number): void {
    const { coordinates, members, out } = this.#parts.pool;
    if (payload === null || payload.length === 0 || members.get(node.name) === undefined) return;
    const problem = coordinates.observe(node.name, payload, roundTripMs);
    if (problem !== null) out.log('debug', `Rejected coordinate from ${node.name}: ${problem}`);
  }

  /** A Serf message. Larger ones than fit a packet are no member's. */
  message(payload: Uint8Array, nowMs: number): void {
    const message = payload.length > MOST_PACKET_BYTES ? null : readSerfMessage(payload);
    if (message === null) {
      this.#parts.pool.out.log('warn', `Ignoring a message of type ${payload[0] ?? 'none'} that can't be read`);
      return;
    }
    this.#dispatch(message, payload, nowMs);
  }

  #dispatch(message: SerfMessage, payload: Uint8Array, nowMs: number): void {
    const { intents, events, queries, queryClient, responses, pool } = this.#parts;
    const { broadcasts } = pool;
    const copy = () => new Uint8Array(payload);
    switch (message.type) {
      case 'leave':
        if (intents.leave(message.body, nowMs)) broadcasts.spread('intents', copy());
        break;
      case 'join':
        if (intents.join(message.body, nowMs)) broadcasts.spread('intents', copy());
        break;
      case 'userEvent':
        if (events.receive(message.body)) broadcasts.spread('events', copy());
        break;
      case 'query':
        if (queries.receive(message.body, nowMs)) broadcasts.spread('queries', copy());
        break;
      case 'queryResponse':
        queryClient.receive(message.body, nowMs);
        break;
      case 'relay':
        responses.forward(message.header, message.inner);
        break;
    }
  }
}
