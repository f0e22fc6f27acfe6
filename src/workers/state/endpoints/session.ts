// /v1/session/*: what parameters and bodies mean, and how sessions are shown (spec/http.md, section 4).

import { parseDuration } from '../../../gotext/duration.js';
import { type DecodedBy, type Kind, struct } from '../../../gotext/json-decode.js';
import { int64Json, listJson, quoteJson } from '../../../gotext/json-encode.js';
import { durationOf, list, numberOf, pointer, string } from '../../../gotext/json-kinds.js';
import { listOf, nullable, record } from '../../../gotext/json-shape.js';
import { SERF_HEALTH } from '../../../wire/leader-registration.js';
import type { SessionRecord, SessionServiceCheck } from '../../../wire/records.js';
import type { Calls } from '../calls/calls.js';
import type { Endpoint, EndpointTable, PathRest } from '../http/endpoint.js';
import { jsonBody } from '../http/items/body-format.js';
import { listText } from '../http/message/json-pieces.js';
import { json, type Reply, refused, text } from '../http/message/reply.js';
import type { ApiRequest } from '../http/message/request.js';
import { action, read } from '../http/operation.js';
import { isRefusal } from '../methods/contract/refusal.js';
import {
  applySession,
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

const NS_PER_SECOND = 1_000_000_000;
const NS_PER_MICROSECOND = 1_000;
const DEFAULT_LOCK_DELAY = 15 * NS_PER_SECOND;
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

const sessionShape = record('Session', {
  ID: 'string',
  Name: 'string',
  Node: 'string',
  LockDelay: 'integer',
  Behavior: 'string',
  TTL: 'string',
  NodeChecks: nullable(listOf('string')),
  ServiceChecks: nullable(listOf(record('SessionServiceCheck', { ID: 'string', Namespace: 'string' }))),
  CreateIndex: 'integer',
  ModifyIndex: 'integer',
});
const SESSIONS = listOf(sessionShape);

const READ = { acl: ['session:read'], effectiveConsistency: false, failureHeaders: true, answer: SESSIONS } as const;

const info = read({
  ...READ,
  summary: 'A session, or an empty list',
  method: getSession,
  request: (_values, { rest }) => rest,
  reply: (value) => json(value === null ? '[]' : `[${sessionJson(value)}]`),
});

const ofNode = read({
  ...READ,
  summary: 'The sessions of a node',
  method: nodeSessions,
  request: (_values, { rest }) => rest,
  reply: (value) => json(listText(value, sessionJson)),
});

const all = read({
  ...READ,
  summary: 'All sessions',
  method: listSessions,
  request: () => null,
  reply: (value) => json(listText(value, sessionJson)),
});

const SESSION: PathRest = { name: 'session', about: 'The ID of the session.', missing: text(400, 'Missing session') };
const NODE: PathRest = { name: 'node', about: 'The name of the node.', missing: text(400, 'Missing node name') };

export function sessionEndpoints({ calls, nodeName }: SessionDependencies): EndpointTable {
  const write = { acl: ['session:write'] } as const;
  const row = (path: string, rest: PathRest | null, methods: Endpoint['methods']): Endpoint => ({
    path,
    ...(rest === null ? {} : { rest }),
    answeredBy: 'servers',
    methods,
  });
  return [
    row('/v1/session/create', null, {
      PUT: action({
        ...write,
        summary: 'Makes a session',
        body: jsonBody(createBody, { options: { unknownFields: 'ignore' }, empty: '{}' }),
        answer: record('SessionID', { ID: 'string' }),
        run: (request, _values, body) => create(calls, nodeName, request, body),
      }),
    }),
    row('/v1/session/destroy/', SESSION, {
      PUT: action({
        ...write,
        summary: 'Ends a session and frees what it holds',
        answer: 'boolean',
        run: (request) => destroy(calls, request),
      }),
    }),
    row('/v1/session/renew/', SESSION, {
      PUT: action({
        ...write,
        summary: 'Begins the time to live of a session anew',
        answer: SESSIONS,
        others: { 404: 'error' },
        run: (request) => renew(calls, request),
      }),
    }),
    row('/v1/session/info/', SESSION, { GET: info }),
    row('/v1/session/node/', NODE, { GET: ofNode }),
    row('/v1/session/list', null, { GET: all }),
  ];
}

async function create(
  calls: Calls,
  nodeName: string,
  request: ApiRequest,
  given: DecodedBy<typeof createBody>,
): Promise<Reply> {
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
  const outcome = await calls.write(applySession, { op: 'create', session }, request.datacenter, request.asker);
  return isRefusal(outcome) ? refused(outcome) : json(`{"ID":${quoteJson(outcome)}}`);
}

async function destroy(calls: Calls, request: ApiRequest): Promise<Reply> {
  const outcome = await calls.write(
    applySession,
    { op: 'destroy', id: request.rest },
    request.datacenter,
    request.asker,
  );
  return isRefusal(outcome) ? refused(outcome) : TRUE;
}

async function renew(calls: Calls, request: ApiRequest): Promise<Reply> {
  const outcome = await calls.write(renewSession, request.rest, request.datacenter, request.asker);
  if (isRefusal(outcome)) return refused(outcome);
  const { session } = outcome;
  return session === null ? text(404, `Session id '${request.rest}' not found`) : json(`[${sessionJson(session)}]`);
}
