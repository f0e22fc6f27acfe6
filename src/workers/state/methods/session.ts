// Session.*: create, destroy, renew, and the reads (spec/fsm.md, section 8). A session's timer is the leader's; its locks and
// their delay are the store's.

import { randomUUID } from 'node:crypto';
import { formatDuration, parseDuration } from '../../../gotext/duration.js';
import { CommandType, type SessionRequest } from '../../../wire/commands.js';
import type { SessionRecord } from '../../../wire/records.js';
import type { Authorizer } from '../acl/access.js';
import type { StoreReads } from '../replica/store/read-api.js';
import type { Asker } from './contract/asker.js';
import type { LeaderView, PreparedRead, ReadMethod, WriteMethod } from './contract/method.js';
import { denial, refusal } from './contract/refusal.js';
import { type Sight, seenItems, seenRecord, sightOf } from './contract/sight.js';

const NS_PER_MS = 1_000_000;
const MAX_TTL_NS = 24 * 3600 * 1000 * NS_PER_MS;

type Sessions = readonly SessionRecord[];

export const getSession: ReadMethod<string, SessionRecord | null> = {
  name: 'Session.Get',
  prepare(store, id, authorizer) {
    const sight = sightOf(authorizer, 'session:read');
    return {
      read: () => store.sessions.session(id),
      watch: () => store.targets.sessions(),
      missing: ({ value }) => value === null,
      ...seenRecord<SessionRecord>(sight, sees),
    };
  },
};

function sees({ authorizer }: Sight, { Node }: SessionRecord): boolean {
  return authorizer.allows('session:read', Node);
}

function listOf(
  store: StoreReads,
  authorizer: Authorizer,
  read: PreparedRead<Sessions>['read'],
): PreparedRead<Sessions> {
  const sight = sightOf(authorizer, 'session:read');
  return { read, watch: () => store.targets.sessions(), ...seenItems<SessionRecord>(sight, sees) };
}

export const listSessions: ReadMethod<null, Sessions> = {
  name: 'Session.List',
  prepare: (store, _all, authorizer) => listOf(store, authorizer, () => store.sessions.list()),
};

export const nodeSessions: ReadMethod<string, Sessions> = {
  name: 'Session.NodeSessions',
  prepare: (store, node, authorizer) => listOf(store, authorizer, () => store.sessions.ofNode(node)),
};

/** What a session is made of; its ID is the leader's to give. */
export type NewSession = Omit<SessionRecord, 'ID' | 'CreateIndex' | 'ModifyIndex'>;

export type SessionChange =
  | { readonly op: 'create'; readonly session: NewSession }
  /** Also of one that there isn't. */
  | { readonly op: 'destroy'; readonly id: string };

/** Answers the new session's ID, or nothing. */
export const applySession: WriteMethod<SessionChange, string> = {
  name: 'Session.Apply',
  decide: (leader, change, asker) =>
    change.op === 'create' ? create(leader, change.session, asker) : destroy(leader, change.id, asker),
};

type Decision = ReturnType<WriteMethod<SessionChange, string>['decide']>;

function create(leader: LeaderView, given: NewSession, { token, authorizer }: Asker): Decision {
  const denied = denial(authorizer, 'session:write', given.Node);
  if (denied !== null) return denied;
  const problem = sessionProblem(given, leader.sessionTtlMinMs());
  if (problem !== null) return refusal('failed', problem);
  const session: SessionRecord = { ...given, ID: randomUUID(), CreateIndex: 0, ModifyIndex: 0 };
  const body: SessionRequest = { Datacenter: leader.datacenter, Token: token, Op: 'create', Session: session };
  return {
    command: { type: CommandType.session, body },
    errorPrefix: 'apply failed: ',
    reply: () => {
      leader.renewSession(session.ID);
      return session.ID;
    },
  };
}

/** The server's rules for node, TTL and behaviour, in the order it judges them; null when they hold. */
function sessionProblem({ Node, Behavior, TTL }: NewSession, ttlMinMs: number): string | null {
  if (Node === '') return 'Must provide Node';
  if (Behavior !== '' && Behavior !== 'release' && Behavior !== 'delete') {
    return `Invalid Behavior setting '${Behavior}'`;
  }
  if (TTL === '') return null;
  const parsed = parseDuration(TTL);
  if (!parsed.ok) return `Session TTL '${TTL}' invalid: ${parsed.error}`;
  const minimum = ttlMinMs * NS_PER_MS;
  if (parsed.ns !== 0 && (parsed.ns < minimum || parsed.ns > MAX_TTL_NS)) {
    const range = `[${formatDuration(minimum)}=${formatDuration(MAX_TTL_NS)}]`;
    return `Invalid Session TTL '${parsed.ns}', must be between ${range}`;
  }
  return null;
}

function destroy({ store, datacenter }: LeaderView, id: string, { token, authorizer }: Asker): Decision {
  // The log entry carries the whole row's form, as stock writes it; only the ID counts.
  const session = store.sessions.session(id).value;
  if (session === null) return { reply: '' };
  const denied = denial(authorizer, 'session:write', session.Node);
  if (denied !== null) return denied;
  const body: SessionRequest = { Datacenter: datacenter, Token: token, Op: 'destroy', Session: session };
  return { command: { type: CommandType.session, body }, errorPrefix: 'apply failed: ', reply: () => '' };
}

export interface Renewal {
  /** null: there is none of that ID. */
  readonly session: SessionRecord | null;
  /** What the answer is as of. */
  readonly index: number;
}

/** It changes no state, and is the leader's all the same: the timer is there. */
export const renewSession: WriteMethod<string, Renewal> = {
  name: 'Session.Renew',
  isRepeatable: true,
  decide({ store, renewSession: renew }, id, { authorizer }) {
    const { index, value: session } = store.sessions.session(id);
    if (session === null) return { reply: { session, index } };
    const denied = denial(authorizer, 'session:write', session.Node);
    if (denied !== null) return denied;
    renew(id);
    return { reply: { session, index } };
  },
};
