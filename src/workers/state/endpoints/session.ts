// /v1/session/*: create, destroy, renew, info, node, list (spec/fsm.md, section 8; spec/http.md, section 4). A session's
// timer is the leader's; its locks and their delay are the store's.

import { randomUUID } from 'node:crypto';
import { formatDuration, parseDuration } from '../../../gotext/duration.js';
import { decodeJson, type Kind, struct } from '../../../gotext/json-decode.js';
import { listJson, quoteJson } from '../../../gotext/json-encode.js';
import { list, pointer, string } from '../../../gotext/json-kinds.js';
import { CommandType } from '../../../wire/commands.js';
import type { SessionRecord, SessionServiceCheck } from '../../../wire/records.js';
import {
  type ApiRequest,
  type EndpointTable,
  json,
  type PreparedRead,
  type Read,
  type Reply,
  text,
} from '../http/endpoint.js';
import type { StoreReads } from '../store/read-api.js';
import type { Writes } from './writes.js';

export interface SessionDependencies {
  readonly store: StoreReads;
  readonly writes: Writes;
  readonly nodeName: string;
  /** Milliseconds; session_ttl_min. */
  readonly ttlMinMs: () => number;
  /** Restarts the session's timer; on the leader. */
  readonly renew: (id: string) => void;
}

const MAX_BODY = 2 * 1024 * 1024;
const NS_PER_MS = 1_000_000;
const NS_PER_SECOND = 1_000_000_000;
const NS_PER_MICROSECOND = 1_000;
const DEFAULT_LOCK_DELAY = 15 * NS_PER_SECOND;
const MAX_TTL = 24 * 3600 * NS_PER_SECOND;
const SERF_HEALTH = 'serfHealth';
const MISSING_SESSION = text(400, 'Missing session');
const TRUE = json('true');

/** Text, or a number; a number below a microsecond counts whole seconds (spec/http.md, section 4). */
const lockDelay: Kind<number | null> = {
  goType: 'string',
  zero: null,
  read(value, at) {
    if (typeof value === 'string') {
      const parsed = parseDuration(value);
      if (parsed.ok) return parsed.ns;
      at.fail(parsed.error);
      return null;
    }
    if (typeof value === 'number') {
      const whole = Math.trunc(value);
      return whole < NS_PER_MICROSECOND ? whole * NS_PER_SECOND : whole;
    }
    at.mismatch(value, 'string');
    return null;
  },
};

const serviceCheck: Kind<SessionServiceCheck> = struct('ServiceCheck', { ID: string, Namespace: string });
const createBody = struct('Session', {
  Name: string,
  Node: string,
  LockDelay: lockDelay,
  Behavior: string,
  TTL: string,
  NodeChecks: pointer(list(string)),
  ServiceChecks: list(serviceCheck),
  Checks: list(string),
});

function serviceCheckJson(check: SessionServiceCheck): string {
  return `{"ID":${quoteJson(check.ID)},"Namespace":${quoteJson(check.Namespace)}}`;
}

function sessionJson(session: SessionRecord): string {
  return (
    `{"ID":${quoteJson(session.ID)},"Name":${quoteJson(session.Name)},"Node":${quoteJson(session.Node)},` +
    `"LockDelay":${session.LockDelay},"Behavior":${quoteJson(session.Behavior)},"TTL":${quoteJson(session.TTL)},` +
    `"NodeChecks":${listJson(session.NodeChecks, quoteJson)},` +
    `"ServiceChecks":${listJson(session.ServiceChecks, serviceCheckJson)},` +
    `"CreateIndex":${session.CreateIndex},"ModifyIndex":${session.ModifyIndex}}`
  );
}

export function sessionEndpoints(dependencies: SessionDependencies): EndpointTable {
  const { store } = dependencies;
  const row = (path: string, method: 'GET' | 'PUT', action: Read<unknown> | ((r: ApiRequest) => Promise<Reply>)) => ({
    path,
    answeredBy: 'servers' as const,
    acl: method === 'GET' ? 'session:read' : 'session:write',
    methods: { [method]: action },
  });
  return [
    row('/v1/session/create', 'PUT', (request) => create(dependencies, request)),
    row('/v1/session/destroy/', 'PUT', (request) => destroy(dependencies, request)),
    row('/v1/session/renew/', 'PUT', (request) => renew(dependencies, request)),
    row(
      '/v1/session/info/',
      'GET',
      sessionRead((request) => infoRead(store, request)),
    ),
    row(
      '/v1/session/node/',
      'GET',
      sessionRead((request) => nodeRead(store, request)),
    ),
    row(
      '/v1/session/list',
      'GET',
      sessionRead(() => listRead(store, () => store.sessions.list())),
    ),
  ];
}

function sessionRead(prepare: (request: ApiRequest) => PreparedRead<never> | Reply): Read<unknown> {
  return {
    kind: 'read',
    effectiveConsistency: false,
    failureHeaders: true,
    prepare: prepare as Read<unknown>['prepare'],
  };
}

function listRead(store: StoreReads, read: () => ReturnType<StoreReads['sessions']['list']>): PreparedRead<never> {
  const prepared: PreparedRead<readonly SessionRecord[]> = {
    read,
    watch: () => store.targets.sessions(),
    reply: ({ value }) => json(listJson(value, sessionJson)),
  };
  return prepared as PreparedRead<never>;
}

function infoRead(store: StoreReads, request: ApiRequest): PreparedRead<never> | Reply {
  if (request.rest === '') return MISSING_SESSION;
  const prepared: PreparedRead<SessionRecord | null> = {
    read: () => store.sessions.session(request.rest),
    watch: () => store.targets.sessions(),
    missing: ({ value }) => value === null,
    reply: ({ value }) => json(value === null ? '[]' : `[${sessionJson(value)}]`),
  };
  return prepared as PreparedRead<never>;
}

function nodeRead(store: StoreReads, request: ApiRequest): PreparedRead<never> | Reply {
  if (request.rest === '') return text(400, 'Missing node name');
  return listRead(store, () => store.sessions.ofNode(request.rest));
}

/** The server's rules for TTL and behaviour, in the order it judges them; null when they hold. */
function refuseSession(behavior: string, ttl: string, ttlMinMs: number): string | null {
  if (behavior !== '' && behavior !== 'release' && behavior !== 'delete')
    return `Invalid Behavior setting '${behavior}'`;
  if (ttl === '') return null;
  const parsed = parseDuration(ttl);
  if (!parsed.ok) return `Session TTL '${ttl}' invalid: ${parsed.error}`;
  const minimum = ttlMinMs * NS_PER_MS;
  if (parsed.ns !== 0 && (parsed.ns < minimum || parsed.ns > MAX_TTL)) {
    return `Invalid Session TTL '${parsed.ns}', must be between [${formatDuration(minimum)}=${formatDuration(MAX_TTL)}]`;
  }
  return null;
}

async function create(dependencies: SessionDependencies, request: ApiRequest): Promise<Reply> {
  const { writes } = dependencies;
  const body = await request.body(MAX_BODY);
  if (!body.ok) return body.reply;
  const source = body.bytes.byteLength === 0 ? '{}' : Buffer.from(body.bytes).toString();
  const decoded = decodeJson(source, createBody, { unknownFields: 'ignore' });
  if (!decoded.ok) return text(400, `Request decode failed: ${decoded.error}`);
  const given = decoded.value;
  const refused = writes.refuseDatacenter(request);
  if (refused) return refused;
  const invalid = refuseSession(given.Behavior, given.TTL, dependencies.ttlMinMs());
  if (invalid !== null) return text(500, invalid);
  const session: SessionRecord = {
    ID: randomUUID(),
    Name: given.Name,
    Node: given.Node === '' ? dependencies.nodeName : given.Node,
    LockDelay: given.LockDelay ?? DEFAULT_LOCK_DELAY,
    Behavior: given.Behavior === '' ? 'release' : given.Behavior,
    TTL: given.TTL,
    NodeChecks: given.NodeChecks ?? [SERF_HEALTH],
    ServiceChecks: given.ServiceChecks,
    Checks: given.Checks,
    CreateIndex: 0,
    ModifyIndex: 0,
  };
  const outcome = await writes.commit(sessionCommand(writes, request, 'create', session), 'apply failed: ');
  if (!outcome.ok) return outcome.reply;
  dependencies.renew(session.ID);
  return json(`{"ID":${quoteJson(session.ID)}}`);
}

async function destroy(dependencies: SessionDependencies, request: ApiRequest): Promise<Reply> {
  const { store, writes } = dependencies;
  if (request.rest === '') return MISSING_SESSION;
  const refused = writes.refuseDatacenter(request);
  if (refused) return refused;
  const leaderless = await writes.refuseLeaderless();
  if (leaderless) return leaderless;
  // The log entry carries the whole row's form, as stock writes it; only the ID counts.
  const known = store.sessions.session(request.rest).value;
  if (known === null) return TRUE;
  const outcome = await writes.commit(sessionCommand(writes, request, 'destroy', known), 'apply failed: ');
  return outcome.ok ? TRUE : outcome.reply;
}

async function renew(dependencies: SessionDependencies, request: ApiRequest): Promise<Reply> {
  const { store, writes } = dependencies;
  if (request.rest === '') return MISSING_SESSION;
  const refused = writes.refuseDatacenter(request);
  if (refused) return refused;
  const leaderless = await writes.refuseLeaderless();
  if (leaderless) return leaderless;
  const session = store.sessions.session(request.rest).value;
  if (session === null) return text(404, `Session id '${request.rest}' not found`);
  dependencies.renew(session.ID);
  return json(`[${sessionJson(session)}]`);
}

function sessionCommand(writes: Writes, request: ApiRequest, op: 'create' | 'destroy', session: SessionRecord) {
  return {
    type: CommandType.session,
    body: { Datacenter: writes.datacenter, Token: request.identity.token, Op: op, Session: session },
  } as const;
}
