// What one server asks another, whoever leads: what that one knows of Raft. A server asks itself without the way by a socket, so
// that it has an answer whatever its network does.

import { list } from '../../../msgpack/collections.js';
import { text, u64 } from '../../../msgpack/kinds.js';
import { struct } from '../../../msgpack/struct.js';
import { IN_CLEAR, type ServerDialer } from '../../../tls/server-dialer.js';
import type { RaftStats } from '../../../wire/raft/raft-stats.js';
import type { Uint64 } from '../../../wire/uint64.js';
import { ask } from './single-call.js';

/** `address`: `host:port`. null: no answer, for whatever reason. */
export interface ServerQuestions {
  /** Status.Peers: addresses of all in the configuration; none before there is a cluster. */
  peers(address: string): Promise<readonly string[] | null>;
  raftStats(address: string): Promise<RaftStats | null>;
}

/** What this server would answer. */
export interface OwnAnswers {
  peers(): Promise<readonly string[]>;
  raftStats(): Promise<RaftStats>;
}

const peersReply = list(text);
const raftStatsReply = struct<{ LastContact: string; LastTerm: Uint64; LastIndex: Uint64 }>({
  LastContact: text,
  LastTerm: u64,
  LastIndex: u64,
});
const datacenterArguments = struct<{ Datacenter: string }>({ Datacenter: text });

export function serverQuestions(
  ownAddress: string,
  datacenter: string,
  own: OwnAnswers,
  dialer: ServerDialer = IN_CLEAR,
): ServerQuestions {
  const asked = { Datacenter: datacenter };
  return {
    async peers(address) {
      if (address === ownAddress) return own.peers();
      const answer = await ask(dialer, address, 'Status.Peers', datacenterArguments, asked, peersReply);
      return answer === null ? null : (answer.reply ?? []);
    },
    async raftStats(address) {
      if (address === ownAddress) return own.raftStats();
      const answer = await ask(dialer, address, 'Status.RaftStats', datacenterArguments, asked, raftStatsReply);
      if (answer === null) return null;
      const { LastContact, LastTerm, LastIndex } = answer.reply;
      return { LastContact, LastTerm: Number(LastTerm), LastIndex: Number(LastIndex) };
    },
  };
}
