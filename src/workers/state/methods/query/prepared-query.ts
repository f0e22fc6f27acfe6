// PreparedQuery.Apply, Get and List (spec/fsm.md, section 10; texts as recorded).

import { randomUUID } from 'node:crypto';
import { parseDuration } from '../../../../gotext/duration.js';
import { CommandType, type PreparedQueryRequest } from '../../../../wire/commands.js';
import { metaProblem } from '../../../../wire/metadata.js';
import type { PreparedQueryRecord, QueryService } from '../../../../wire/records.js';
import type { Authorizer } from '../../acl/access.js';
import type { QueryReads, QueryResolution, StoreReads } from '../../replica/store/read-api.js';
import { limitProblem } from '../../replica/templates/template.js';
import type { Steps } from '../../turns/turns.js';
import type { LeaderView, ReadMethod, WriteMethod } from '../contract/method.js';
import { denial, isRefusal, type Refusal, refusal } from '../contract/refusal.js';
import { Sight, seen } from '../contract/sight.js';
import { uuidIndexProblem } from '../contract/uuid-index.js';

/** What takes the place of a token that the asker may not see. */
const HIDDEN_TOKEN = '<hidden>';
/** Keys of metadata that the agents themselves set. */
const RESERVED_PREFIX = 'consul-';

/** A query without a name that is no template belongs to whoever knows its ID. */
export function isAllowed(
  authorizer: Authorizer,
  rule: 'query:read' | 'query:write',
  query: PreparedQueryRecord,
): boolean {
  const isNamed = query.Name !== '' || query.Template.Type !== '';
  return !isNamed || authorizer.allows(rule, query.Name);
}

/** Why the asker may not write it; null: he may. */
function queryDenial(authorizer: Authorizer, query: PreparedQueryRecord): Refusal | null {
  return isAllowed(authorizer, 'query:write', query) ? null : denial(authorizer, 'query:write', query.Name);
}

/** As whoever asks may see it. */
export function shownQuery(query: PreparedQueryRecord, authorizer: Authorizer): PreparedQueryRecord {
  return query.Token === '' || authorizer.allows('acl:write', '') ? query : { ...query, Token: HIDDEN_TOKEN };
}

export const NO_SUCH_QUERY = refusal('not-found', 'Query not found');

function lookUp(queries: QueryReads, id: string): PreparedQueryRecord | null | Refusal {
  const problem = uuidIndexProblem(id);
  if (problem !== null) return refusal('failed', `failed prepared query lookup: index error: ${problem}`);
  return queries.query(id).value;
}

export const getQuery: ReadMethod<string, PreparedQueryRecord> = {
  name: 'PreparedQuery.Get',
  prepare(store, id, authorizer) {
    const found = lookUp(store.queries, id);
    if (isRefusal(found)) return found;
    return {
      refuse() {
        const { value } = store.queries.query(id);
        if (value === null) return NO_SUCH_QUERY;
        return isAllowed(authorizer, 'query:read', value) ? null : refusal('denied');
      },
      read() {
        const { index, value } = store.queries.query(id);
        if (value === null) throw new Error('a query was read that there is not');
        return { index, value };
      },
      watch: () => store.targets.queries(),
      narrow: (query) => shownQuery(query, authorizer),
    };
  },
};

type Queries = readonly PreparedQueryRecord[];

/** Those without a name are shown to operators alone: whoever knows one's ID could execute it. Nobody else is told of them. */
function* visible(queries: Queries, sight: Sight): Steps<Queries> {
  const { authorizer } = sight;
  const named = queries.filter(({ Name }) => Name !== '');
  const seen = yield* sight.keep(named, (query) => isAllowed(authorizer, 'query:read', query));
  return seen.map((query) => shownQuery(query, authorizer));
}

export const listQueries: ReadMethod<null, Queries> = {
  name: 'PreparedQuery.List',
  prepare: (store, _all, authorizer) => ({
    read: () => store.queries.list(),
    watch: () => store.targets.queries(),
    ...seen(authorizer.allows('acl:write', '') ? null : new Sight(authorizer), visible),
  }),
};

export interface QueryChange {
  /** "create", "update" or "delete"; text because anybody may send anything. */
  readonly op: string;
  /** Of one to be deleted only the ID counts. */
  readonly query: PreparedQueryRecord;
}

/** Answers the query's ID. */
export const applyQuery: WriteMethod<QueryChange, string> = {
  name: 'PreparedQuery.Apply',
  decide(leader, { op, query: given }, { token, authorizer }) {
    const query = op === 'create' ? newQuery(given) : known(leader, given, authorizer);
    if (isRefusal(query)) return query;
    const denied = queryDenial(authorizer, query);
    if (denied !== null) return denied;
    const problem = changeProblem(op, query);
    if (problem !== null) return refusal('failed', problem);
    const body: PreparedQueryRequest = { Datacenter: leader.datacenter, Token: token, Op: op, Query: query };
    return {
      command: { type: CommandType.preparedQuery, body },
      errorPrefix: 'raft apply failed: ',
      reply: () => query.ID,
    };
  },
};

function newQuery(given: PreparedQueryRecord): PreparedQueryRecord | Refusal {
  if (given.ID !== '') return refusal('failed', 'ID must be empty when creating a new prepared query');
  return { ...given, ID: randomUUID() };
}

/** The query as it is to be, where there is one of its ID. */
function known({ store }: LeaderView, query: PreparedQueryRecord, authorizer: Authorizer): typeof query | Refusal {
  const found = lookUp(store.queries, query.ID);
  if (isRefusal(found)) return refusal('failed', `Prepared Query lookup failed: ${found.text}`);
  if (found === null) return refusal('failed', `Cannot modify non-existent prepared query: '${query.ID}'`);
  return queryDenial(authorizer, found) ?? query;
}

function changeProblem(op: string, query: PreparedQueryRecord): string | null {
  if (op === 'delete') return null;
  if (op !== 'create' && op !== 'update') return `Unknown prepared query operation: ${op}`;
  const problem = queryProblem(query);
  return problem === null ? null : `Invalid prepared query: ${problem}`;
}

/** In the order in which stock judges it. */
function queryProblem(query: PreparedQueryRecord): string | null {
  const { Name, Session, Template, Token } = query;
  if (Name === '' && Session === '' && Template.Type === '') return 'Must be bound to a session';
  if (Token === HIDDEN_TOKEN) {
    return `Bad Token '${HIDDEN_TOKEN}', it looks like a query definition with a redacted token was submitted`;
  }
  return serviceProblem(query.Service) ?? ttlProblem(query.DNS.TTL) ?? limitProblem(query);
}

function serviceProblem({ Service, SamenessGroup, Failover, NodeMeta }: QueryService): string | null {
  if (SamenessGroup !== '') return 'Sameness groups are a Consul Enterprise feature';
  if (Service === '') return 'Must provide a Service name to query';
  if (Failover.NearestN < 0) return `Bad NearestN '${Failover.NearestN}', must be >= 0`;
  const hasTargets = (Failover.Targets?.length ?? 0) > 0;
  if (hasTargets && (Failover.NearestN !== 0 || (Failover.Datacenters?.length ?? 0) > 0)) {
    return 'Targets cannot be populated with NearestN or Datacenters';
  }
  const given = Object.entries(NodeMeta ?? {}).filter(([key]) => !key.startsWith(RESERVED_PREFIX));
  const problem = metaProblem(Object.fromEntries(given));
  return problem === null ? null : `Invalid node meta filters: ${problem}`;
}

function ttlProblem(ttl: string): string | null {
  if (ttl === '') return null;
  const parsed = parseDuration(ttl);
  if (!parsed.ok) return `Bad DNS TTL '${ttl}': ${parsed.error}`;
  return parsed.ns < 0 ? `DNS TTL '${parsed.ns}', must be >=0` : null;
}

/** What a name or an ID stands for, or why it can't be executed. */
export function resolveQuery(
  { queries }: StoreReads,
  idOrName: string,
  segment: string,
): Extract<QueryResolution, { kind: 'found' }> | Refusal {
  const resolved = queries.resolve(idOrName, segment);
  if (resolved.kind === 'found') return resolved;
  return resolved.kind === 'none' ? NO_SUCH_QUERY : refusal('failed', resolved.error);
}
