// The recorded cases of the filter language, over items as the recorded requests would have made them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from '../../../../../src/workers/state/filter/compile.js';
import {
  catalogInstanceFields,
  checkFields,
  type FieldTable,
  healthEntryFields,
  memberFields,
  nodeFields,
  serviceFields,
} from '../../../../../src/workers/state/filter/fields.js';
import { readJson } from '../../../../data.js';

interface Recorded {
  readonly setup: readonly { readonly path: string; readonly body: unknown }[];
  readonly cases: readonly {
    readonly set: string;
    readonly filter: string;
    readonly status: number;
    readonly match?: readonly string[];
    readonly text?: string;
  }[];
}

interface Registration {
  readonly Node: string;
  readonly Address: string;
  readonly NodeMeta?: { readonly [key: string]: string };
  readonly TaggedAddresses?: { readonly [key: string]: string };
  readonly Service: { readonly ID: string; readonly Service: string; readonly [field: string]: unknown };
  readonly Checks?: readonly {
    readonly CheckID: string;
    readonly ServiceID?: string;
    readonly [field: string]: unknown;
  }[];
}

interface LocalRegistration {
  readonly ID: string;
  readonly Name: string;
  readonly Check?: { readonly CheckID: string; readonly Name: string; readonly Status: string };
  readonly [field: string]: unknown;
}

const recorded = readJson('filter/cases.json') as Recorded;
const bodies = (path: string): readonly unknown[] =>
  recorded.setup.filter((request) => request.path === path).map((request) => request.body);
const registrations = bodies('/v1/catalog/register') as readonly Registration[];
const locals = bodies('/v1/agent/service/register') as readonly LocalRegistration[];

const serviceDefaults = {
  Kind: '',
  Tags: [],
  Address: '',
  Meta: {},
  Port: 0,
  Weights: { Passing: 1, Warning: 1 },
  EnableTagOverride: false,
  Proxy: { Upstreams: null },
  Connect: {},
};

function nodeOf(registration: Registration) {
  const { Node, Address, NodeMeta, TaggedAddresses } = registration;
  return { ID: '', Node, Address, Meta: NodeMeta ?? null, TaggedAddresses: TaggedAddresses ?? null };
}

function checksOf(registration: Registration) {
  const { Service } = registration;
  return (registration.Checks ?? []).map((check) => ({
    Node: registration.Node,
    Output: '',
    ...check,
    ServiceName: check.ServiceID === Service.ID ? Service.Service : '',
    ServiceTags: check.ServiceID === Service.ID ? Service['Tags'] : [],
  }));
}

const ownNode = { ID: 'f8b4a5f2', Node: 'n1', Address: '127.0.0.1', Meta: { 'consul-version': '1.21.4' } };
const localServices = locals.map(({ Check, Name, ...service }) => ({ ...serviceDefaults, ...service, Service: Name }));
const localChecks = locals.flatMap(({ Check, Name, ID }) =>
  Check === undefined
    ? []
    : [{ Node: 'n1', ...Check, Type: 'ttl', ServiceID: ID, ServiceName: Name, ServiceTags: ['x'] }],
);
const serfHealth = { Node: 'n1', CheckID: 'serfHealth', Name: 'Serf Health Status', Status: 'passing', ServiceID: '' };
const consul = { ...serviceDefaults, ID: 'consul', Service: 'consul', Port: 23300 };
const instances = [
  ...registrations.map((r) => ({
    node: nodeOf(r),
    service: { ...serviceDefaults, ...r.Service },
    checks: checksOf(r),
  })),
  ...[consul, ...localServices].map((service) => ({ node: ownNode, service, checks: [] })),
];

function flat(instance: (typeof instances)[number]) {
  const { node, service } = instance;
  const out: { [field: string]: unknown } = { ...node, NodeMeta: node.Meta };
  for (const [name, value] of Object.entries(service)) {
    out[name === 'ID' || name === 'Service' ? `Service${name === 'ID' ? 'ID' : 'Name'}` : `Service${name}`] = value;
  }
  return out;
}

/** Each set: its fields, and its items with what the answer would name them. */
const sets: {
  readonly [set: string]: { readonly fields: FieldTable; readonly items: readonly (readonly [string, object])[] };
} = {
  nodes: { fields: nodeFields, items: [...registrations.map(nodeOf), ownNode].map((node) => [node.Node, node]) },
  health: {
    fields: healthEntryFields,
    items: instances
      .filter(({ service }) => service.Service === 'web')
      .map(({ node, service, checks }) => [service.ID, { Node: node, Service: service, Checks: checks }]),
  },
  catalog: {
    fields: catalogInstanceFields,
    items: instances
      .filter(({ service }) => service.Service === 'web')
      .map((instance) => [instance.service.ID, flat(instance)]),
  },
  services: {
    fields: catalogInstanceFields,
    items: instances.map((instance) => [instance.service.Service, flat(instance)]),
  },
  node: {
    fields: serviceFields,
    items: instances.filter(({ node }) => node.Node === 'alpha').map(({ service }) => [service.ID, service]),
  },
  state: {
    fields: checkFields,
    items: [...registrations.flatMap(checksOf), ...localChecks, serfHealth].map((check) => [check.CheckID, check]),
  },
  agentServices: { fields: serviceFields, items: localServices.map((service) => [service.ID, service]) },
  agentChecks: { fields: checkFields, items: localChecks.map((check) => [check.CheckID, check]) },
  members: {
    fields: memberFields,
    items: [['n1', { Name: 'n1', Port: 23301, Status: 1, Tags: { role: 'consul', dc: 'dc1' } }]],
  },
};

for (const recordedCase of recorded.cases) {
  test(`${recordedCase.set}: ${recordedCase.filter}`, () => {
    const set = sets[recordedCase.set];
    assert.ok(set !== undefined);
    const filter = compileFilter(recordedCase.filter, set.fields);
    if (recordedCase.status === 200) {
      assert.ok(filter.ok, filter.ok ? '' : filter.error);
      const names = set.items.filter(([, item]) => filter.matches(item)).map(([name]) => name);
      assert.deepEqual([...new Set(names)].sort(), recordedCase.match);
    } else {
      assert.ok(!filter.ok);
      // The checks of an agent bind late, and then without the prefix.
      assert.equal(recordedCase.set === 'agentChecks' ? filter.reason : filter.error, recordedCase.text);
    }
  });
}
