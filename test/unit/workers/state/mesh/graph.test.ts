// What a change of entries does to chains that others rely on.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type ConfigEntry,
  type EntryKind,
  type EntryOf,
  emptyEntry,
} from '../../../../../src/wire/config-entries/entries.js';
import { sourceIntention } from '../../../../../src/wire/config-entries/service-intentions.js';
import { graphProblem } from '../../../../../src/workers/state/mesh/chain/graph.js';
import { entriesOf, finderOf, type Given } from './chain-entries.js';

function problem(
  changed: readonly [EntryKind, string],
  given: Given,
  ...others: readonly ConfigEntry[]
): string | null {
  const all = [...entriesOf(given), ...others];
  const [Kind, Name] = changed;
  const list = <K extends EntryKind>(kind: K) => all.filter((entry) => entry.Kind === kind) as unknown as EntryOf<K>[];
  return graphProblem({ find: finderOf(all), all: list }, { Kind, Name });
}

function gateway(Protocol: string, ...services: readonly string[]): ConfigEntry {
  const none = {
    ...{ Hosts: null, TLS: null, RequestHeaders: null, ResponseHeaders: null, Meta: null },
    ...{ MaxConnections: 0, MaxPendingRequests: 0, MaxConcurrentRequests: 0, PassiveHealthCheck: null },
  };
  const Services = services.map((Name) => ({ ...none, Name }));
  return { ...emptyEntry('ingress-gateway', 'in'), Listeners: [{ Port: 80, Protocol, TLS: null, Services }] };
}

function judging(service: string): ConfigEntry {
  const permission = { Action: 'allow', HTTP: null, JWT: null };
  const source = { ...sourceIntention.zero, Name: 'web', Permissions: [permission] };
  return { ...emptyEntry('service-intentions', service), Sources: [source] };
}

function exported(service: string): ConfigEntry {
  const Consumers = [{ Partition: '', Peer: 'far', SamenessGroup: '' }];
  const Services = [{ Name: service, Namespace: '', Consumers }];
  return { ...emptyEntry('exported-services', 'default'), Services };
}

const HTTP = { Protocol: 'http' };
const ROUTED: Given = { routers: { web: [{ to: 'api' }] }, defaults: { web: HTTP, api: HTTP } };

describe('the service graph', () => {
  test('a change that breaks a router elsewhere is refused, one that doesn’t concern it is not', () => {
    const broken: Given = { ...ROUTED, defaults: { web: HTTP } };
    const text = 'discovery chain "web" uses inconsistent protocols; service "api" has "tcp" which is not "http"';
    assert.equal(problem(['service-defaults', 'api'], broken), text);
    assert.equal(problem(['service-defaults', 'other'], broken), null);
    assert.equal(problem(['service-resolver', 'api'], ROUTED), null);
  });

  test('splitters and resolvers that lead to a service are looked at, too', () => {
    const splits: Given = { splitters: { web: [{ weight: 100, to: 'api' }] }, defaults: { web: HTTP } };
    assert.match(problem(['service-defaults', 'api'], splits) ?? '', /"web" uses inconsistent protocols/);
    for (const rule of [{ Service: 'api' }, { Targets: [{ Service: 'api' }] }]) {
      const failover: Given = { resolvers: { web: { Failover: { '*': rule } } }, defaults: { api: HTTP } };
      assert.match(problem(['service-defaults', 'api'], failover) ?? '', /"web" uses inconsistent protocols/);
    }
    const redirect: Given = { resolvers: { web: { Redirect: { Service: 'api' } } }, defaults: { api: HTTP } };
    assert.match(problem(['service-defaults', 'api'], redirect) ?? '', /"web" uses inconsistent protocols/);
  });

  test('what holds for all proxies concerns everybody', () => {
    const text =
      'discovery chain "web" uses a protocol "tcp" that does not permit advanced routing or splitting behavior';
    assert.equal(problem(['proxy-defaults', 'global'], { routers: { web: [] } }), text);
    assert.equal(problem(['mesh', 'mesh'], { routers: { web: [] } }), null);
  });

  test('a service whose intentions look at requests must speak HTTP', () => {
    const text = 'service "db" has protocol "tcp", which is incompatible with L7 intentions permissions';
    assert.equal(problem(['service-intentions', 'db'], {}, judging('db')), text);
    assert.equal(problem(['service-intentions', 'db'], { defaults: { db: HTTP } }, judging('db')), null);
    assert.equal(problem(['service-defaults', 'other'], {}, judging('db')), text, 'all destinations are looked at');
    assert.equal(problem(['service-intentions', '*'], {}, judging('db')), null);
  });

  test('a gateway’s services speak what its listener does; an old tcp listener minds only what is routed', () => {
    const text = 'service "web" has protocol "http", which does not match defined listener protocol "tcp"';
    const http: Given = { defaults: { web: HTTP } };
    assert.equal(problem(['ingress-gateway', 'in'], http, gateway('tcp', 'web', '*')), text);
    assert.equal(problem(['service-defaults', 'web'], http, gateway('tcp', 'web')), null);
    assert.equal(problem(['service-router', 'web'], { ...http, routers: { web: [] } }, gateway('tcp', 'web')), text);
    assert.equal(
      problem(['service-defaults', 'web'], {}, gateway('http', 'web')),
      'service "web" has protocol "tcp", which does not match defined listener protocol "http"',
    );
  });

  test('what peers reach stays in this cluster', () => {
    const judge = (given: Given) => problem(['exported-services', 'default'], given, exported('web'));
    assert.equal(judge({}), null);
    const resolver = (rules: NonNullable<Given['resolvers']>[string]) => judge({ resolvers: { web: rules } });
    const text = 'peer exported service "web"';
    assert.equal(
      resolver({ Failover: { '*': { Datacenters: ['dc2'] } } }),
      `${text} contains cross-datacenter failover`,
    );
    assert.equal(resolver({ Redirect: { Datacenter: 'dc2' } }), `${text} contains cross-datacenter resolver redirect`);
    assert.equal(resolver({ Redirect: { Peer: 'p' } }), `${text} contains cross-peer resolver redirect`);
    assert.equal(
      resolver({ Failover: { '*': { Service: 'api' } } }),
      `${text} uses protocol="tcp" and cannot introduce new discovery chain targets like "api.default.default.dc1"`,
    );
  });
});
