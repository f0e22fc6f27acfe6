// /v1/health/*: checks by node, service and state, and the instances of a service with their checks. The answer of the
// common question, a service without further conditions, is kept until the service changes.

import { listJson } from '../../../gotext/json-encode.js';
import { parseGoBool } from '../../../gotext/numbers.js';
import type { CheckRecord } from '../../../wire/records.js';
import { checkFields, healthEntryFields } from '../filter/fields.js';
import {
  type ApiRequest,
  type Endpoint,
  type EndpointTable,
  json,
  type PreparedRead,
  type Reply,
  text,
} from '../http/endpoint.js';
import { checkJson, nodeJson, serviceJson } from '../json/record-json.js';
import type { HealthEntry, ReadResult, StoreReads, WatchTarget } from '../replica/store/read-api.js';
import { hasMeta, hasTags, listOptions } from './list-options.js';
import { sortNear } from './near.js';

export interface HealthDependencies {
  readonly store: StoreReads;
  readonly nodeName: string;
}

const EMPTY_LIST = '[]';
/** Above this many characters an answer is kept as bytes, so that it is not encoded again for every client. */
const BYTES_FROM = 4096;

type Prepare<T> = (request: ApiRequest) => PreparedRead<T> | Reply;

function row<T>(path: string, prepare: Prepare<T>, failureHeaders: boolean): Endpoint {
  return {
    path,
    answeredBy: 'servers',
    acl: 'service:read',
    methods: {
      GET: { kind: 'read', effectiveConsistency: true, failureHeaders, discovery: true, cacheable: true, prepare },
    },
  };
}

export function healthEndpoints(dependencies: HealthDependencies): EndpointTable {
  return [
    row('/v1/health/node/', (request) => nodeChecks(dependencies, request), true),
    row('/v1/health/checks/', (request) => serviceChecks(dependencies, request), true),
    row('/v1/health/state/', (request) => stateChecks(dependencies, request), true),
    row('/v1/health/service/', (request) => serviceHealth(dependencies, request, 'service'), false),
    row('/v1/health/connect/', (request) => serviceHealth(dependencies, request, 'connect'), false),
    row('/v1/health/ingress/', (request) => serviceHealth(dependencies, request, 'ingress'), false),
  ];
}

function checkList(
  dependencies: HealthDependencies,
  request: ApiRequest,
  read: () => ReadResult<readonly CheckRecord[]>,
  watch: () => readonly WatchTarget[],
): PreparedRead<readonly CheckRecord[]> | Reply {
  const { store, nodeName } = dependencies;
  const parsed = listOptions(request, checkFields, nodeName, true);
  if (!parsed.ok) return parsed.reply;
  const { matches, nodeMeta, near } = parsed.options;
  return {
    read,
    watch,
    reply: ({ value }) => {
      let kept = value;
      if (matches !== null) kept = kept.filter(matches);
      if (nodeMeta !== null) {
        kept = kept.filter((check) => hasMeta(store.catalog.node(check.Node)?.Meta ?? null, nodeMeta));
      }
      return json(
        listJson(
          sortNear(kept, near, store.coordinates, (check) => check.Node),
          checkJson,
        ),
      );
    },
  };
}

function nodeChecks(
  dependencies: HealthDependencies,
  request: ApiRequest,
): PreparedRead<readonly CheckRecord[]> | Reply {
  const { store } = dependencies;
  const node = request.rest;
  if (node === '') return text(400, 'Missing node name');
  return checkList(
    dependencies,
    request,
    () => store.catalog.nodeChecks(node),
    () => store.targets.checks(),
  );
}

function serviceChecks(
  dependencies: HealthDependencies,
  request: ApiRequest,
): PreparedRead<readonly CheckRecord[]> | Reply {
  const { store } = dependencies;
  const service = request.rest;
  if (service === '') return text(400, 'Missing service name');
  if (!request.query.has('node-meta')) {
    return checkList(
      dependencies,
      request,
      () => store.catalog.serviceChecks(service),
      () => store.targets.checks(),
    );
  }
  // With node metadata the answer's index is the service's own (spec/fsm.md, section 4).
  return checkList(
    dependencies,
    request,
    () => ({
      index: store.catalog.serviceHealth(service).index,
      value: store.catalog.serviceChecks(service).value,
    }),
    () => store.targets.serviceHealth(service, store.catalog.serviceInstances(service).value.length > 0),
  );
}

function stateChecks(
  dependencies: HealthDependencies,
  request: ApiRequest,
): PreparedRead<readonly CheckRecord[]> | Reply {
  const { store } = dependencies;
  const state = request.rest;
  if (state === '') return text(400, 'Missing check state');
  return checkList(
    dependencies,
    request,
    () => store.catalog.checksInState(state),
    () => store.targets.checks(),
  );
}

type Kind = 'service' | 'connect' | 'ingress';

function passingOnly(request: ApiRequest): boolean | null {
  if (!request.query.has('passing')) return false;
  const value = request.query.first('passing');
  if (value === '') return true;
  const parsed = parseGoBool(value);
  return parsed.ok ? parsed.value : null;
}

function serviceHealth(
  dependencies: HealthDependencies,
  request: ApiRequest,
  kind: Kind,
): PreparedRead<readonly HealthEntry[]> | Reply {
  const { store, nodeName } = dependencies;
  const { query, rest: name } = request;
  if (name === '') return text(400, 'Missing service name');
  const passing = passingOnly(request);
  if (passing === null) return text(400, 'Invalid value for ?passing');
  if (query.first('peer') !== '' && query.first('sg') !== '') {
    return text(400, 'peer-name and sameness-group are mutually exclusive');
  }
  const isPlain = !query.has('filter') && !query.has('tag') && !query.has('node-meta') && !query.has('near');
  if (query.first('peer') !== '' || kind === 'ingress') return nothingKnown(store, name);
  const read = () => (kind === 'connect' ? store.catalog.connectHealth(name) : store.catalog.serviceHealth(name));
  const watch = ({ value }: ReadResult<readonly HealthEntry[]>): readonly WatchTarget[] =>
    kind === 'connect'
      ? store.targets.connectInstances([name, ...value.map((entry) => entry.service.Service)])
      : store.targets.serviceHealth(name, value.length > 0);
  if (isPlain) {
    return { read, watch, streaming: true, reply: ({ value }) => json(keptAnswer(value, passing)) };
  }
  const parsed = listOptions(request, healthEntryFields, nodeName, false);
  if (!parsed.ok) return parsed.reply;
  const { matches, nodeMeta, near, tags } = parsed.options;
  return {
    read,
    watch,
    streaming: near === '',
    reply: ({ value }) => {
      const kept = value.filter(
        (entry) =>
          (!passing || isPassing(entry)) &&
          hasMeta(entry.node.Meta, nodeMeta) &&
          hasTags(entry.service.Tags, tags) &&
          (matches === null || matches(filterItem(entry))),
      );
      return json(
        listJson(
          sortNear(kept, near, store.coordinates, (entry) => entry.node.Node),
          entryJson,
        ),
      );
    },
  };
}

/** Imported services come with peering, ingress mappings with config entries: until then nothing matches. */
function nothingKnown(store: StoreReads, name: string): PreparedRead<readonly HealthEntry[]> {
  return {
    read: () => ({ index: store.catalog.serviceHealth(name).index, value: [] }),
    watch: () => store.targets.serviceHealth(name, false),
    reply: () => json(EMPTY_LIST),
  };
}

function isPassing(entry: HealthEntry): boolean {
  return entry.checks.every((check) => check.Status === 'passing');
}

function entryJson({ node, service, checks }: HealthEntry): string {
  return `{"Node":${nodeJson(node)},"Service":${serviceJson(service)},"Checks":${listJson(checks, checkJson)}}`;
}

function filterItem({ node, service, checks }: HealthEntry): object {
  return { Node: node, Service: service, Checks: checks };
}

interface KeptAnswers {
  all: string | Uint8Array | null;
  passing: string | Uint8Array | null;
}

/** By the store's own list of a service, which is another one as soon as anything in it changes. */
const kept = new WeakMap<readonly HealthEntry[], KeptAnswers>();

function keptAnswer(entries: readonly HealthEntry[], passing: boolean): string | Uint8Array {
  if (entries.length === 0) return EMPTY_LIST;
  let answers = kept.get(entries);
  if (!answers) {
    answers = { all: null, passing: null };
    kept.set(entries, answers);
  }
  const known = passing ? answers.passing : answers.all;
  if (known !== null) return known;
  const rendered = listJson(passing ? entries.filter(isPassing) : entries, entryJson);
  const answer = rendered.length >= BYTES_FROM ? Buffer.from(rendered) : rendered;
  if (passing) answers.passing = answer;
  else answers.all = answer;
  return answer;
}
