// The rows of Session.*.

import { list } from '../../../../msgpack/collections.js';
import { text } from '../../../../msgpack/kinds.js';
import { recordKind } from '../../../../msgpack/record-kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { SessionRequest } from '../../../../wire/commands.js';
import type { SessionRecord } from '../../../../wire/records.js';
import { sessionRequestSchema } from '../../../../wire/schema/commands.js';
import { sessionSchema } from '../../../../wire/schema/state.js';
import { refusal } from '../../methods/contract/refusal.js';
import {
  applySession,
  getSession,
  listSessions,
  type NewSession,
  nodeSessions,
  type Renewal,
  renewSession,
  type SessionChange,
} from '../../methods/session.js';
import { askNode, type NodeArguments, nodeArguments } from './arguments.js';
import { emptyAsNil, UNLIMITED } from './lists.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds, unset } from './query-options.js';
import type { ReadRow, Row, WriteRow } from './row.js';

type Sessions = readonly SessionRecord[];

interface SessionArguments extends QueryOptions {
  readonly SessionID: string;
  /** As old clients call it. */
  readonly Session: string;
}

const sessionArguments = struct<SessionArguments>({
  Datacenter: text,
  SessionID: text,
  Session: text,
  ...queryOptionKinds,
});

function idOf({ SessionID, Session }: SessionArguments): string {
  return SessionID === '' ? Session : SessionID;
}

function askSession(id: string, options: QueryOptions): SessionArguments {
  return { SessionID: id, Session: id, ...options };
}

interface SessionsReply extends QueryMeta {
  readonly Sessions: Sessions | null;
}

const session = recordKind(sessionSchema);
const sessionsReply = struct<SessionsReply>({ Sessions: list(session, UNLIMITED), ...queryMetaKinds });

function showSessions(sessions: Sessions, meta: QueryMeta): SessionsReply {
  return { Sessions: emptyAsNil(sessions), ...meta };
}

function sessionsOf({ Sessions }: SessionsReply): Sessions {
  return Sessions ?? [];
}

const one: ReadRow<SessionArguments, SessionsReply, string, SessionRecord | null> = {
  kind: 'read',
  method: getSession,
  arguments: sessionArguments,
  reply: sessionsReply,
  request: idOf,
  ask: askSession,
  show: (found, meta) => ({ Sessions: found === null ? null : [found], ...meta }),
  value: ({ Sessions }) => Sessions?.[0] ?? null,
};

const all: ReadRow<SessionArguments, SessionsReply, null, Sessions> = {
  kind: 'read',
  method: listSessions,
  arguments: sessionArguments,
  reply: sessionsReply,
  request: () => null,
  ask: (_all, options) => askSession('', options),
  show: showSessions,
  value: sessionsOf,
};

const ofNode: ReadRow<NodeArguments, SessionsReply, string, Sessions> = {
  kind: 'read',
  method: nodeSessions,
  arguments: nodeArguments,
  reply: sessionsReply,
  request: ({ Node }) => Node,
  ask: askNode,
  show: showSessions,
  value: sessionsOf,
};

const renew: WriteRow<SessionArguments, SessionsReply, string, Renewal> = {
  kind: 'write',
  method: renewSession,
  arguments: sessionArguments,
  reply: sessionsReply,
  request: idOf,
  ask: (id, { Datacenter, Token }) => ({ ...sessionArguments.zero, Datacenter, Token, SessionID: id, Session: id }),
  // It says when, and nothing of who leads.
  show: ({ session: found, index }) => ({ ...unset, Sessions: found === null ? null : [found], Index: index }),
  value: ({ Sessions, Index }) => ({ session: Sessions?.[0] ?? null, index: Number(Index) }),
};

function newSession({
  Name,
  Node,
  LockDelay,
  Behavior,
  TTL,
  NodeChecks,
  ServiceChecks,
  Checks,
}: SessionRecord): NewSession {
  return { Name, Node, LockDelay, Behavior, TTL, NodeChecks, ServiceChecks, Checks };
}

const apply: WriteRow<SessionRequest, string, SessionChange, string> = {
  kind: 'write',
  method: applySession,
  arguments: recordKind(sessionRequestSchema),
  reply: text,
  request({ Op, Session }) {
    if (Op === 'create') return { op: Op, session: newSession(Session) };
    if (Session.ID === '') return refusal('failed', 'Must provide ID');
    return Op === 'destroy' ? { op: Op, id: Session.ID } : refusal('failed', `Invalid session operation "${Op}"`);
  },
  ask: (change, { Datacenter, Token }) => ({
    Datacenter,
    Token,
    Op: change.op,
    Session: change.op === 'create' ? { ...session.zero, ...change.session } : { ...session.zero, ID: change.id },
  }),
  show: (id) => id,
  value: (id) => id,
};

export const sessionRows: readonly Row[] = [one, all, ofNode, renew, apply];
