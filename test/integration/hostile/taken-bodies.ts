// What makes a body one that is taken, by method and path; all other fields get a value of their kind. So what a hostile value
// changes gets as far as it can.

import type { Sample } from './rows.js';

/** With this number as the service's port, too. */
const PORTS: Sample = [{ Name: 'http', Port: 8080, Default: true }];
const CATALOG_SERVICE: Sample = {
  ID: 'hostile',
  Service: 'hostile',
  Address: '10.0.0.1',
  Kind: '',
  Port: 8080,
  Ports: PORTS,
  Proxy: { Upstreams: [] },
};
const CATALOG_CHECK: Sample = { Node: 'hostile-node', CheckID: 'c', Name: 'c', Status: 'passing', ServiceID: '' };
const TTL: Sample = {
  ...{ Name: 'c', Status: 'passing', ScriptArgs: [], Header: { a: [] }, TTL: '1h' },
  ...{ SuccessBeforePassing: 0, FailuresBeforeWarning: 0, FailuresBeforeCritical: 0, OutputMaxSize: 0 },
  DeregisterCriticalServiceAfter: '90m',
};
const ALONE: Sample = { KV: null, Node: null, Service: null, Check: null };
const KV: Sample = { Key: 'hostile/t', Value: 'eA==', Index: 0 };

const LOCAL_SERVICE: Sample = {
  ...{ ID: 'hostile-local', Name: 'hostile-local', Address: '10.0.0.1', Kind: '', Proxy: { Upstreams: [] } },
  ...{ Port: 8080, Ports: PORTS },
  ...{ Check: TTL, Checks: [{ ...TTL, CheckID: 'hostile-check' }] },
  Connect: {
    Native: false,
    SidecarService: {
      ...{ Kind: '', ID: '', Name: 'hostile-sidecar', Address: '', Check: null, Checks: [TTL] },
      ...{ Connect: null, Proxy: { Upstreams: [] }, Port: 8080, Ports: PORTS },
    },
  },
};
const QUERY: Sample = {
  ...{ ID: '', Name: 'hostile-query-', Session: '', Token: '' },
  ...{ Template: { Type: 'name_prefix_match', Regexp: '^hostile-query-(.*)$', RemoveEmptyTags: true } },
  Service: {
    ...{ Service: `hostile-\${match(1)}`, SamenessGroup: '', Peer: '', Near: '_agent' },
    ...{ Failover: { NearestN: 1, Datacenters: ['dc9'], Targets: [] }, Tags: [`!\${name.suffix}`] },
  },
  DNS: { TTL: '10s' },
};

export const TAKEN_BODIES: { readonly [row: string]: Sample } = {
  'PUT /v1/catalog/register': {
    ...{ ID: '', Node: 'hostile-node', Address: '10.0.0.1', SkipNodeUpdate: false },
    ...{ Service: CATALOG_SERVICE, Check: CATALOG_CHECK, Checks: [CATALOG_CHECK] },
  },
  'PUT /v1/catalog/deregister': { Node: 'hostile-node', ServiceID: 'x', CheckID: 'y' },
  'PUT /v1/txn': [
    { ...ALONE, KV: { ...KV, Verb: 'set' } },
    { ...ALONE, KV: { ...KV, Key: 'hostile/new', Verb: 'cas' } },
    { ...ALONE, KV: { ...KV, Key: 'hostile/new', Verb: 'delete' } },
    { ...ALONE, Node: { Verb: 'set', Node: { ID: '', Node: 'hostile-node', Address: '10.0.0.1' } } },
    { ...ALONE, Service: { Verb: 'set', Node: 'hostile-node', Service: CATALOG_SERVICE } },
    { ...ALONE, Check: { Verb: 'set', Check: CATALOG_CHECK } },
  ],
  'PUT /v1/config': { Kind: 'service-defaults', Name: 'hostile', Meta: { a: 'b' } },
  'PUT /v1/connect/ca/configuration': { Provider: 'consul', Config: { LeafCertTTL: '72h' }, State: {}, ModifyIndex: 0 },
  'POST /v1/query': QUERY,
  'PUT /v1/query/': QUERY,
  'PUT /v1/session/create': {
    ...{ Name: 's', Node: 'hostile-node', LockDelay: '1s', Behavior: 'release', TTL: '1h' },
    ...{ NodeChecks: [], Checks: [], ServiceChecks: [] },
  },
  'PUT /v1/coordinate/update': {
    Node: 'hostile-node',
    Coord: { Vec: [0, 0, 0, 0, 0, 0, 0, 0], Error: 1.5, Adjustment: 0, Height: 0.001 },
  },
  'PUT /v1/agent/service/register': LOCAL_SERVICE,
  'PUT /v1/agent/services/register': [LOCAL_SERVICE],
  'PUT /v1/agent/services/deregister': [{ ID: 'hostile-local', Name: '' }],
  'PUT /v1/agent/check/register': { ID: 'hostile-own', ...TTL },
  'PUT /v1/agent/check/update/': { Status: 'passing' },
};

/** These are taken as they stand. */
export const TAKEN = Object.keys(TAKEN_BODIES).filter((row) => !row.endsWith('/'));
