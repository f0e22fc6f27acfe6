// One server's core among others that only the test speaks for: server `a`, by default one of three voters, with a log of
// given terms. All its timeouts are 100 ms, its lease 50 ms.

import assert from 'node:assert/strict';
import type { Configuration, Suffrage } from '../../../../src/workers/raft/core/configuration.js';
import { encodeConfiguration } from '../../../../src/workers/raft/core/configuration-codec.js';
import {
  type EntryRun,
  EntryType,
  logIndex,
  ORIGIN,
  type Position,
  singlePayload,
  term,
} from '../../../../src/workers/raft/core/entry.js';
import type { AppendAnswer, AppendRequest, Outgoing, VoteAnswer } from '../../../../src/workers/raft/core/message.js';
import { RaftCore } from '../../../../src/workers/raft/core/raft.js';

export const TIMEOUT_MS = 100;
export const LEASE_MS = 50;

/** `a b c n?`: voters, and with a question mark non-voters. */
export function configurationOf(names: string): Configuration {
  const servers = names.split(' ').map((name) => {
    const id = name.replace('?', '');
    const suffrage: Suffrage = name.endsWith('?') ? 'nonvoter' : 'voter';
    return { suffrage, id, address: `${id}:1` };
  });
  return { servers };
}

export const THREE = configurationOf('a b c');

export function at(index: number, of: number): Position {
  return { index: logIndex(index), term: term(of) };
}

interface Start {
  readonly configuration?: Configuration;
  /** The term of each entry; the first holds the configuration. */
  readonly terms?: readonly number[];
  readonly term?: number;
  /** What every timeout is stretched by, in [0, 1). */
  readonly spread?: number;
}

export function server(start: Start = {}): RaftCore {
  const { configuration = THREE, terms = [1, 2], spread = 0 } = start;
  const now = start.term ?? terms.at(-1) ?? 0;
  const last = terms.length === 0 ? ORIGIN : at(terms.length, terms.at(-1) ?? 0);
  return new RaftCore({
    id: 'a',
    hardState: { term: term(now), vote: null },
    log: {
      snapshot: ORIGIN,
      begin: ORIGIN.index,
      terms: terms.map((of, i) => ({ firstIndex: logIndex(i + 1), term: term(of) })),
      last,
      isUnproven: false,
      floor: null,
    },
    configurations: terms.length === 0 ? [] : [{ index: logIndex(1), configuration }],
    timing: { heartbeatTimeoutMs: TIMEOUT_MS, electionTimeoutMs: TIMEOUT_MS, leaderLeaseMs: LEASE_MS },
    random: () => spread,
  });
}

/** Does what the core is ready for; each write is durable at once. Answers the messages. */
export function drain(raft: RaftCore, nowMs = 200): Outgoing[] {
  const sent: Outgoing[] = [];
  for (let ready = raft.ready(); ready !== null; ready = raft.ready()) {
    sent.push(...ready.messages);
    if (ready.persist) raft.advance(nowMs);
  }
  return sent;
}

export function kinds(messages: readonly Outgoing[]): string[] {
  return messages.map(({ kind, to }) => `${kind} ${to}`);
}

/** The last message to a server. */
export function lastTo(messages: readonly Outgoing[], to: string): Outgoing {
  const found = messages.findLast((message) => message.to === to);
  assert.ok(found, `nothing was sent to ${to}`);
  return found;
}

export function vote(from: string, kind: VoteAnswer['kind'], round: number, granted = true): VoteAnswer {
  return { kind, from, to: 'a', term: term(round), round: term(round), granted };
}

/** Asks the others whether it might stand, at 200 ms. */
export function asking(start: Start = {}): RaftCore {
  const raft = server(start);
  raft.tick(0);
  raft.tick(200);
  return raft;
}

/** Leads since 200 ms, its noop durable; its first requests lie in the outbox. */
export function leading(start: Start = {}): RaftCore {
  const raft = asking(start);
  const round = raft.term + 1;
  const others = raft.configuration.servers.filter(({ id, suffrage }) => id !== 'a' && suffrage === 'voter');
  for (const kind of ['pre-vote-answer', 'vote-answer'] as const) {
    drain(raft);
    for (const { id } of others) raft.step(vote(id, kind, round), 200);
  }
  assert.equal(raft.role, 'leader');
  return raft;
}

export function run(first: number, texts: readonly string[], of: number): EntryRun {
  const parts = texts.map((text) => singlePayload(Buffer.from(text)));
  const about = { firstIndex: logIndex(first), count: texts.length, term: term(of), type: EntryType.command };
  return { ...about, appendedAtMs: 0, payload: Buffer.concat(parts) };
}

export function configurationRun(index: number, configuration: Configuration, of: number): EntryRun {
  const payload = singlePayload(encodeConfiguration(configuration));
  return { ...run(index, [''], of), type: EntryType.configuration, payload };
}

export function append(of: number, previous: Position, runs: readonly EntryRun[], commit = 0): AppendRequest {
  return { kind: 'append', from: 'b', to: 'a', term: term(of), previous, runs, commit: logIndex(commit), sentMs: 200 };
}

export function took(from: string, of: number, through: number): AppendAnswer {
  const index = logIndex(through);
  return {
    kind: 'append-answer',
    from,
    to: 'a',
    term: term(of),
    success: true,
    last: index,
    through: index,
    previous: index,
    sentMs: 200,
  };
}

export function refused(from: string, of: number, previous: number, last: number): AppendAnswer {
  return { ...took(from, of, previous), success: false, last: logIndex(last) };
}
