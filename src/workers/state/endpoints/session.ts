// /v1/session/*: what parameters and bodies mean, and how sessions are shown (spec/http.md, section 4).

import { parseDuration } from '../../../gotext/duration.js';
import { decodeJson, type Kind, struct } from '../../../gotext/json-decode.js';
import { int64Json, listJson, quoteJson } from '../../../gotext/json-encode.js';
import { durationOf, list, numberOf, pointer, string } from '../../../gotext/json-kinds.js';
import type { SessionRecord, SessionServiceCheck } from '../../../wire/records.js';
import type { Calls } from '../calls/calls.js';
import type { Action, Endpoint, EndpointTable, ReadEndpoint } from '../http/endpoint.js';
import { json, type Reply, refused, text } from '../http/reply.js';
import type { ApiRequest } from '../http/request.js';
import { isRefusal } from '../methods/refusal.js';
import {
  createSession,
  destroySession,
  getSession,
  listSessions,
  type NewSession,
  nodeSessions,
  renewSession,
} from '../methods/session.js';

export interface SessionDependencies {
  readonly calls: Calls;
  readonly nodeName: string;
}

const MAX_BODY = 2 * 1024 * 1024;
const NS_PER_SECOND = 1_000_000_000;
const NS_PER_MICROSECOND = 1_000;
const DEFAULT_LOCK_DELAY = 15 * NS_PER_SECOND;
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
    const number = numberOf(value);
    if (number !== null) {
      const whole = Math.trunc(number);
      return durationOf(whole < NS_PER_MICROSECOND ? whole * NS_PER_SECOND : whole, value, at);
    }
    at.mismatch(value, 'string');
    return null;
  },
};

const serviceCheck: Kind<SessionServiceCheck> = struct('ServiceCheck', { ID: string, Namespace: string });
const createBody = struct('Session', {
  Name: string,
  Node: pointer(string),
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
    `"LockDelay":${int64Json(session.LockDelay)},"Behavior":${quoteJson(session.Behavior)},"TTL":${quoteJson(session.TTL)},` +
    `"NodeChecks":${listJson(session.NodeChecks, quoteJson)},` +
    `"ServiceChecks":${listJson(session.ServiceChecks, serviceCheckJson)},` +
    `"CreateIndex":${session.CreateIndex},"ModifyIndex":${session.ModifyIndex}}`
  );
}

const READ = { kind: 'read', effectiveConsistency: false, failureHeaders: true } as const;

const info: ReadEndpoint<string, SessionRecord | null> = {
  ...READ,
  method: getSession,
  request: ({ rest }) => (rest === '' ? MISSING_SESSION : rest),
  reply: (value) => json(value === null ? '[]' : `[${sessionJson(value)}]`),
};

const ofNode: ReadEndpoint<string, readonly SessionRecord[]> = {
  ...READ,
  method: nodeSessions,
  request: ({ rest }) => (rest === '' ? text(400, 'Missing node name') : rest),
  reply: (value) => json(listJson(value, sessionJson)),
};

const all: ReadEndpoint<null, readonly SessionRecord[]> = {
  ...READ,
  method: listSessions,
  request: () => null,
  reply: (value) => json(listJson(value, sessionJson)),
};

export function sessionEndpoints(dependencies: SessionDependencies): EndpointTable {
  const { calls } = dependencies;
  const read = (path: string, GET: Action): Endpoint => ({
    path,
    answeredBy: 'servers',
    acl: ['session:read'],
    methods: { GET },
  });
  const write = (path: string, PUT: Action): Endpoint => ({
    path,
    answeredBy: 'servers',
    acl: ['session:write'],
    methods: { PUT },
  });
  return [
    write('/v1/session/create', (request) => create(dependencies, request)),
    write('/v1/session/destroy/', (request) => destroy(calls, request)),
    write('/v1/session/renew/', (request) => renew(calls, request)),
    read('/v1/session/info/', info),
    read('/v1/session/node/', ofNode),
    read('/v1/session/list', all),
  ];
}

async function create({ calls, nodeName }: SessionDependencies, request: ApiRequest): Promise<Reply> {
  const body = await request.body(MAX_BODY);
  if (!body.ok) return body.reply;
  const source = body.bytes.byteLength === 0 ? '{}' : Buffer.from(body.bytes).toString();
  const decoded = decodeJson(source, createBody, { unknownFields: 'ignore' });
  if (!decoded.ok) return text(400, `Request decode failed: ${decoded.error}`);
  const given = decoded.value;
  const session: NewSession = {
    Name: given.Name,
    Node: given.Node ?? nodeName,
    LockDelay: given.LockDelay ?? DEFAULT_LOCK_DELAY,
    Behavior: given.Behavior === '' ? 'release' : given.Behavior,
    TTL: given.TTL,
    NodeChecks: given.NodeChecks ?? [SERF_HEALTH],
    ServiceChecks: given.ServiceChecks,
    Checks: given.Checks,
  };
  const outcome = await calls.write(createSession, session, request.datacenter, request.asker);
  return isRefusal(outcome) ? refused(outcome) : json(`{"ID":${quoteJson(outcome)}}`);
}

async function destroy(calls: Calls, request: ApiRequest): Promise<Reply> {
  if (request.rest === '') return MISSING_SESSION;
  const outcome = await calls.write(destroySession, request.rest, request.datacenter, request.asker);
  return isRefusal(outcome) ? refused(outcome) : TRUE;
}

async function renew(calls: Calls, request: ApiRequest): Promise<Reply> {
  if (request.rest === '') return MISSING_SESSION;
  const outcome = await calls.write(renewSession, request.rest, request.datacenter, request.asker);
  return isRefusal(outcome) ? refused(outcome) : json(`[${sessionJson(outcome)}]`);
}
