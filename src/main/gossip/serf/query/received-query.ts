// A query that has come in, with what it takes to answer it.

import type { Uint64 } from '../../../../wire/uint64.js';
import { type Address, ipOf } from '../../core/node.js';
import type { IncomingQuery } from '../pool/output.js';
import type { Query } from '../protocol/messages.js';

const NS_A_MILLISECOND = 1e6;

export class ReceivedQuery implements IncomingQuery {
  readonly name: string;
  readonly payload: Uint8Array | null;
  readonly lTime: Uint64;
  readonly id: number;
  readonly sourceNode: string;
  /** Where answers go; null when the sender gave none. */
  readonly source: Address | null;
  readonly relayFactor: number;
  readonly deadlineMs: number;
  isAnswered = false;

  constructor(query: Query, nowMs: number) {
    this.name = query.Name;
    this.payload = query.Payload === null ? null : new Uint8Array(query.Payload);
    this.lTime = query.LTime;
    this.id = query.ID;
    this.sourceNode = query.SourceNode;
    const ip = ipOf(query.Addr);
    this.source = ip === null || query.Port === 0 ? null : { ip, port: query.Port };
    this.relayFactor = query.RelayFactor;
    this.deadlineMs = nowMs + query.Timeout / NS_A_MILLISECOND;
  }
}
