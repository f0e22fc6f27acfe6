// Session.*: create, destroy, renew, and the reads (spec/fsm.md, section 8). A session's timer is the leader's; its locks and
// their delay are the store's.

import { randomUUID } from 'node:crypto';
import { formatDuration, parseDuration } from '../../../gotext/duration.js';
import { CommandType, type SessionRequest } from '../../../wire/commands.js';
import type { SessionRecord } from '../../../wire/records.js';
import type { StoreReads } from '../replica/store/read-api.js';
import type { PreparedRead, ReadMethod, WriteMethod } from './method.js';
import { type Refusal, refusal } from './refusal.js';

const NS_PER_MS = 1_000_000;
const MAX_TTL_NS = 24 * 3600 * 1000 * NS_PER_MS;

type Sessions = readonly SessionRecord[];

export const getSession: ReadMethod<string, SessionRecord | null> = {
  name: 'Session.Get',
  prepare: (store, id) => ({
    read: () => store.sessions.session(id),
    watch: () => store.targets.sessions(),
    missing: ({ value }) => value === null,
  }),
};

function listOf(store: StoreReads, read: PreparedRead<Sessions>['read']): PreparedRead<Sessions> {
  return { read, watch: () => store.targets.sessions() };
}

export const listSessions: ReadMethod<null, Sessions> = {
  name: 'Session.List',
  prepare: (store) => listOf(store, () => store.sessions.list()),
};

export const nodeSessions: ReadMethod<string, Sessions> = {
  name: 'Session.NodeSessions',
  prepare: (store, node) => listOf(store, () => store.sessions.ofNode(node)),
};

/** What a session is made of; its ID is the leader's to give. */
export type NewSession = Omit<SessionRecord, 'ID' | 'CreateIndex' | 'ModifyIndex'>;

/** Answers the new session's ID. */
export const createSession: WriteMethod<NewSession, string> = {
  name: 'Session.Apply',
  decide(leader, given, { token, authorizer }) {
    if (!authorizer.allows('session:write', given.Node)) return refusal('denied');
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
  },
};

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

/** True as well when there was none of that ID. */
export const destroySession: WriteMethod<string, true> = {
  name: 'Session.Apply',
  decide({ store, datacenter }, id, { token, authorizer }) {
    // The log entry carries the whole row's form, as stock writes it; only the ID counts.
    const session = store.sessions.session(id).value;
    if (session === null) return { reply: true };
    if (!authorizer.allows('session:write', session.Node)) return refusal('denied');
    const body: SessionRequest = { Datacenter: datacenter, Token: token, Op: 'destroy', Session: session };
    return { command: { type: CommandType.session, body }, errorPrefix: 'apply failed: ', reply: () => true };
  },
};

/** Answers the session. It changes no state, and is the leader's all the same: the timer is there. */
export const renewSession: WriteMethod<string, SessionRecord> = {
  name: 'Session.Renew',
  decide({ store, renewSession: renew }, id, { authorizer }): { reply: SessionRecord } | Refusal {
    const session = store.sessions.session(id).value;
    if (session === null) return refusal('not-found', `Session id '${id}' not found`);
    if (!authorizer.allows('session:write', session.Node)) return refusal('denied');
    renew(id);
    return { reply: session };
  },
};
