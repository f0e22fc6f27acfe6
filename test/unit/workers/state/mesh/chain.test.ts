// The chain compiler, rule by rule; what was recorded of whole chains is in the conformance kit (config-routing).

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chainOf, compile, errorOf, type Given } from './chain-entries.js';

const HTTP = { proxies: { Config: { protocol: 'HTTP' } } } as const;
const V1_V2 = { v1: { Filter: 'Service.Meta.v == 1', OnlyPassing: false }, v2: { Filter: '', OnlyPassing: true } };
const w = (place: string) => `${place}.default.default.dc1`;

describe('without entries', () => {
  test('a chain is one resolver, and the default one', () => {
    const chain = chainOf({}, 'web');
    assert.equal(chain.StartNode, 'resolver:web.default.default.dc1');
    assert.equal(chain.Default, true);
    assert.equal(chain.Protocol, 'tcp');
    assert.deepEqual(Object.keys(chain.Nodes), [chain.StartNode]);
    assert.deepEqual(Object.keys(chain.Targets), ['web.default.default.dc1']);
    assert.equal(chain.CustomizationHash, '');
  });

  test('an entry that says nothing leaves it the default', () => {
    assert.equal(chainOf({ resolvers: { web: {} } }, 'web').Default, true);
    assert.equal(chainOf({ resolvers: { web: { ConnectTimeout: 1 } } }, 'web').Default, false);
  });
});

describe('routers', () => {
  test('a route leads to another service, to a subset, or stays; the rest stays', () => {
    const given: Given = {
      ...HTTP,
      routers: { web: [{ to: 'api' }, { to: 'web', subset: 'v2' }, {}, { to: '', subset: 'v1' }] },
      resolvers: { web: { Subsets: V1_V2 } },
    };
    const routes = chainOf(given, 'web').Nodes['router:web.default.default']?.Routes ?? [];
    assert.deepEqual(
      routes.map(({ NextNode }) => NextNode),
      [w('resolver:api'), w('resolver:v2.web'), w('resolver:web'), w('resolver:v1.web'), w('resolver:web')],
    );
  });

  test('a router of a service that is routed to is not asked', () => {
    const chain = chainOf({ ...HTTP, routers: { web: [{ to: 'api' }], api: [{ to: 'db' }] } }, 'web');
    assert.equal(chain.Nodes['router:api.default.default'], undefined);
    assert.equal(chain.Targets['db.default.default.dc1'], undefined);
  });

  test('a route to a service with a splitter is split, to one of its subsets is not', () => {
    const given: Given = {
      ...HTTP,
      routers: { web: [{ to: 'api' }, { to: 'api', subset: 'v1' }] },
      splitters: { api: [{ weight: 100, to: 'db' }] },
      resolvers: { api: { Subsets: V1_V2 } },
    };
    const routes = chainOf(given, 'web').Nodes['router:web.default.default']?.Routes ?? [];
    assert.deepEqual(
      routes.map(({ NextNode }) => NextNode),
      ['splitter:api.default.default', w('resolver:v1.api'), w('resolver:web')],
    );
  });

  test('plain connections can be neither routed nor split', () => {
    const text =
      'discovery chain "web" uses a protocol "tcp" that does not permit advanced routing or splitting behavior';
    assert.equal(errorOf({ routers: { web: [] } }, 'web'), text);
    assert.equal(errorOf({ splitters: { web: [{ weight: 100 }] } }, 'web'), text);
  });
});

describe('splitters', () => {
  test('in splitters are flattened and their shares multiplied', () => {
    const given: Given = {
      ...HTTP,
      splitters: {
        web: [{ weight: 50 }, { weight: 50, to: 'left' }],
        left: [
          { weight: 30, to: 'a' },
          { weight: 70, to: 'b' },
        ],
      },
    };
    const { Nodes, Targets } = chainOf(given, 'web');
    assert.deepEqual(Object.keys(Nodes), [
      w('resolver:a'),
      w('resolver:b'),
      w('resolver:web'),
      'splitter:web.default.default',
    ]);
    const splits = Nodes['splitter:web.default.default']?.Splits ?? [];
    assert.deepEqual(
      splits.map(({ Weight, NextNode }) => [Weight, NextNode]),
      [
        [50, w('resolver:web')],
        [15, w('resolver:a')],
        [35, w('resolver:b')],
      ],
    );
    assert.deepEqual(Object.keys(Targets), [w('a'), w('b'), w('web')]);
  });

  test('that lead back to each other are refused with the way round', () => {
    const given: Given = {
      ...HTTP,
      splitters: {
        a: [{ weight: 100, to: 'b' }],
        b: [{ weight: 100, to: 'c' }],
        c: [{ weight: 100, to: 'b' }],
      },
    };
    const b = 'splitter:b.default.default';
    assert.equal(errorOf(given, 'a'), `detected circular reference: [${b} -> splitter:c.default.default -> ${b}]`);
  });

  test('that would multiply without end are refused', () => {
    const wide = (to: string) => Array.from({ length: 100 }, () => ({ weight: 1, to }));
    const given: Given = { ...HTTP, splitters: { a: wide('b'), b: wide('c'), c: wide('d') } };
    assert.equal(errorOf(given, 'a'), 'discovery chain "a" splits requests into more than 10000 branches');
  });

  test('that would be copied over and over are refused', () => {
    const chain = Array.from({ length: 5_000 }, (_, i) => [`s${i}`, [{ weight: 100, to: `s${i + 1}` }]]);
    const last = Array.from({ length: 4_000 }, () => ({ weight: 0.025, to: 'end' }));
    const given: Given = { ...HTTP, splitters: { ...Object.fromEntries(chain), s5000: last } };
    assert.equal(errorOf(given, 's0'), 'discovery chain "s0" splits requests into more than 10000 branches');
  });

  test('may be deep', () => {
    const deep = Array.from({ length: 9_000 }, (_, i) => [`s${i}`, [{ weight: 100, to: `s${i + 1}` }]]);
    const { Nodes } = chainOf({ ...HTTP, splitters: Object.fromEntries(deep) }, 's0');
    assert.deepEqual(Object.keys(Nodes), [w('resolver:s9000'), 'splitter:s0.default.default']);
  });
});

describe('resolvers', () => {
  test('a redirect takes the place of the service, a default subset of all instances', () => {
    const given: Given = {
      resolvers: {
        web: { Redirect: { Service: 'api' } },
        api: { DefaultSubset: 'v2', Subsets: V1_V2, ConnectTimeout: 7 },
      },
    };
    const { StartNode, Default, Targets } = chainOf(given, 'web');
    assert.equal(StartNode, w('resolver:v2.api'));
    assert.equal(Default, false);
    assert.deepEqual(Targets[w('v2.api')]?.Subset, V1_V2.v2);
  });

  test('a redirect to another datacenter is followed once', () => {
    assert.equal(
      chainOf({ resolvers: { web: { Redirect: { Datacenter: 'dc2' } } } }, 'web').StartNode,
      'resolver:web.default.default.dc2',
    );
  });

  test('a chain that is redirected is not the default one, however plain its end', () => {
    assert.equal(chainOf({ resolvers: { web: { Redirect: { Service: 'api' } } } }, 'web').Default, false);
  });

  test('redirects that go round in circles are refused', () => {
    const given: Given = { resolvers: { a: { Redirect: { Service: 'b' } }, b: { Redirect: { Service: 'a' } } } };
    assert.equal(errorOf(given, 'a'), `detected circular resolver redirect: [${w('a')} -> ${w('b')} -> ${w('a')}]`);
  });

  test('a subset that there isn’t is refused, also one named like what every object has', () => {
    const routed = (subset: string): Given => ({ ...HTTP, routers: { web: [{ to: 'api', subset }] } });
    assert.equal(errorOf(routed('v9'), 'web'), 'service "api" does not have a subset named "v9"');
    const given = { ...routed('constructor'), resolvers: { api: { Subsets: V1_V2 } } };
    assert.equal(errorOf(given, 'web'), 'service "api" does not have a subset named "constructor"');
  });

  test('stand-ins: datacenters, another service, targets; never the target itself', () => {
    const failover = (rule: NonNullable<NonNullable<Given['resolvers']>[string]['Failover']>[string]) => {
      const chain = chainOf(
        { resolvers: { web: { Subsets: V1_V2, DefaultSubset: 'v1', Failover: { '*': rule } } } },
        'web',
      );
      return chain.Nodes[chain.StartNode]?.Resolver?.Failover?.Targets ?? null;
    };
    assert.deepEqual(failover({ Datacenters: ['dc1', 'dc2', 'dc3', 'dc2'] }), [
      'v1.web.default.default.dc2',
      'v1.web.default.default.dc3',
    ]);
    assert.deepEqual(failover({ Service: 'api' }), [w('api')]);
    assert.deepEqual(failover({ ServiceSubset: 'v2' }), [w('v2.web')]);
    assert.deepEqual(failover({ Targets: [{ Peer: 'p' }, { Datacenter: 'dc2', Service: 'api' }] }), [
      'web.default.default.external.p',
      'api.default.default.dc2',
    ]);
    assert.equal(failover({ Datacenters: ['dc1'] }), null);
  });

  test('a rule of the subset stands above the one of all', () => {
    const given: Given = {
      ...HTTP,
      routers: {
        web: [
          { to: 'web', subset: 'v1' },
          { to: 'web', subset: 'v2' },
        ],
      },
      resolvers: { web: { Subsets: V1_V2, Failover: { v1: { Service: 'api' }, '*': { Datacenters: ['dc2'] } } } },
    };
    const { Nodes } = chainOf(given, 'web');
    const standIns = (subset: string) => Nodes[w(`resolver:${subset}.web`)]?.Resolver?.Failover?.Targets;
    assert.deepEqual([standIns('v1'), standIns('v2')], [[w('api')], ['v2.web.default.default.dc2']]);
  });

  test('a stand-in has targets and no node of its own, and no stand-ins', () => {
    const given: Given = {
      resolvers: {
        web: { Failover: { '*': { Service: 'api' } } },
        api: { Failover: { '*': { Service: 'db' } } },
      },
    };
    const { Nodes, Targets } = chainOf(given, 'web');
    assert.deepEqual(Object.keys(Nodes), [w('resolver:web')]);
    assert.deepEqual(Object.keys(Targets), [w('api'), w('web')]);
  });

  test('more targets than anybody could use are refused', () => {
    const datacenters = Array.from({ length: 10_001 }, (_, i) => `dc${i}`);
    const given: Given = { resolvers: { web: { Failover: { '*': { Datacenters: datacenters } } } } };
    assert.equal(errorOf(given, 'web'), 'discovery chain "web" leads to more than 10000 targets');
  });

  test('what is outside of the mesh has its own name and nothing that would change it', () => {
    const defaults = { db: { ExternalSNI: 'db.example.com' } };
    const target = chainOf({ defaults }, 'db').Targets[w('db')];
    assert.deepEqual([target?.External, target?.SNI], [true, 'db.example.com']);
    const text = 'service "db" has an external SNI set; cannot define';
    assert.equal(
      errorOf({ defaults, resolvers: { db: { Subsets: V1_V2 } } }, 'db'),
      `${text} subsets for external services`,
    );
  });
});

describe('protocols', () => {
  test('all services of a chain speak the same', () => {
    const given: Given = {
      routers: { web: [{ to: 'api' }] },
      defaults: { web: { Protocol: 'http' }, api: { Protocol: 'grpc' } },
    };
    assert.equal(
      errorOf(given, 'web'),
      'discovery chain "web" uses inconsistent protocols; service "api" has "grpc" which is not "http"',
    );
  });

  test('stand-ins and splits are among them, peers’ services are not', () => {
    const defaults = { web: { Protocol: 'http' } };
    const failover = (rule: { readonly Service?: string; readonly Targets?: readonly { readonly Peer: string }[] }) =>
      compile({ defaults, resolvers: { web: { Failover: { '*': rule } } } }, 'web').ok;
    assert.equal(failover({ Service: 'api' }), false);
    assert.equal(failover({ Targets: [{ Peer: 'p' }] }), true);
    assert.equal(compile({ defaults, splitters: { web: [{ weight: 100, to: 'api' }] } }, 'web').ok, false);
  });

  test('a service without one speaks what all proxies do', () => {
    const chain = chainOf({ ...HTTP, defaults: { web: { Protocol: '' } } }, 'web');
    assert.equal(chain.Protocol, 'http');
    assert.equal(chainOf({ proxies: { Protocol: 'grpc', Config: { protocol: 'http' } } }, 'web').Protocol, 'grpc');
    assert.equal(chainOf({ proxies: { Config: { protocol: 7 } } }, 'web').Protocol, 'tcp');
  });
});

describe('overrides', () => {
  const given: Given = {
    ...HTTP,
    routers: { web: [{ to: 'api' }] },
    resolvers: { web: { ConnectTimeout: 7 } },
  };

  test('a plain protocol goes past routers and splitters', () => {
    const chain = chainOf(given, 'web', { protocol: 'tcp' });
    assert.deepEqual([chain.StartNode, chain.Protocol], [w('resolver:web'), 'tcp']);
    assert.match(chain.CustomizationHash, /^[0-9a-f]{8}$/);
  });

  test('one that changes nothing leaves no hash', () => {
    assert.equal(chainOf(given, 'web', { protocol: 'http' }).CustomizationHash, '');
    assert.equal(chainOf({}, 'web', { connectTimeout: 5_000_000_000 }).CustomizationHash, '');
  });

  test("the hash is the one that Consul's clients know", () => {
    const overrides = { protocol: 'grpc', meshGateway: 'local', connectTimeout: 22_000_000_000 };
    const chain = chainOf({ resolvers: { web: { ConnectTimeout: 33_000_000_000 } } }, 'web', overrides);
    assert.equal(chain.CustomizationHash, '98809527');
  });

  test('equal ones have equal hashes, others others', () => {
    const hash = (connectTimeout: number, meshGateway: string) =>
      chainOf(given, 'web', { connectTimeout, meshGateway }).CustomizationHash;
    assert.equal(hash(3, 'local'), hash(3, 'local'));
    assert.equal(new Set([hash(3, 'local'), hash(4, 'local'), hash(3, 'remote'), hash(3, ''), '']).size, 5);
  });

  test('a timeout and a mode of mesh gateways are those of all targets', () => {
    const { Nodes, Targets } = chainOf(given, 'web', { connectTimeout: 3, meshGateway: 'local' });
    for (const target of Object.values(Targets)) {
      assert.deepEqual([target.ConnectTimeout, target.MeshGateway.Mode], [3, 'local']);
    }
    assert.equal(Nodes[w('resolver:api')]?.Resolver?.ConnectTimeout, 3);
  });
});
