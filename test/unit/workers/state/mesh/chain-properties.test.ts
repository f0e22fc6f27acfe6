// Whatever entries there are: compiling ends, a chain hangs together and goes round in no circle, its shares make a whole.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Chain, chainOf, compile, type Given, type GivenResolver } from './chain-entries.js';

const SERVICES = ['a', 'b', 'c', 'd', '__proto__', 'constructor'];
const SUBSETS = ['v1', 'v2', 'toString'];

const service = fc.constantFrom(...SERVICES);
const subset = fc.constantFrom('', ...SUBSETS);
const datacenter = fc.constantFrom('', 'dc1', 'dc2');
const peer = fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constant('p') });
const rewrite = fc.record(
  { Service: fc.constantFrom('', ...SERVICES), ServiceSubset: subset, Datacenter: datacenter, Peer: peer },
  { requiredKeys: [] },
);

const subsets = fc.dictionary(fc.constantFrom(...SUBSETS), fc.constant({ Filter: '', OnlyPassing: false }));
const failover = fc.record(
  {
    Service: fc.constantFrom('', ...SERVICES),
    ServiceSubset: subset,
    Datacenters: fc.option(fc.array(fc.constantFrom('dc1', 'dc2', 'dc3'), { maxLength: 3 })),
    Targets: fc.array(rewrite, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
const resolver: fc.Arbitrary<GivenResolver> = fc.record(
  {
    DefaultSubset: subset,
    Subsets: subsets,
    Redirect: rewrite,
    Failover: fc.dictionary(fc.constantFrom('*', ...SUBSETS), failover),
    ConnectTimeout: fc.nat(),
  },
  { requiredKeys: [] },
);

function perService<T>(value: fc.Arbitrary<T>): fc.Arbitrary<{ readonly [name: string]: T }> {
  return fc.array(fc.tuple(service, value), { maxLength: 4 }).map((pairs) => {
    const all = Object.create(null) as { [name: string]: T };
    for (const [name, one] of pairs) all[name] = one;
    return all;
  });
}

/** Weights of a splitter's branches, which make a hundred. */
const splits = fc
  .array(fc.record({ to: fc.constantFrom('', ...SERVICES), subset }), { minLength: 1, maxLength: 4 })
  .map((all) => all.map((one) => ({ ...one, weight: 100 / all.length })));
const protocol = fc.constantFrom('http', 'http', 'http', 'grpc', 'tcp', '');

const given: fc.Arbitrary<Given> = fc.record(
  {
    routers: perService(fc.array(fc.record({ to: fc.constantFrom('', ...SERVICES), subset }), { maxLength: 3 })),
    splitters: perService(splits),
    resolvers: perService(resolver),
    defaults: perService(fc.record({ Protocol: protocol })),
    proxies: fc.record({ Protocol: fc.constant('http') }),
  },
  { requiredKeys: ['proxies'] },
);

function nextNodes({ Nodes }: Chain, name: string): readonly string[] {
  const node = Nodes[name];
  assert.ok(node, `${name} is there`);
  assert.ok(name.startsWith(`${node.Type}:`) && name.endsWith(node.Name));
  const filled = [node.Routes, node.Splits, node.Resolver].filter((part) => part !== null);
  assert.equal(filled.length, 1, name);
  return [...(node.Routes ?? []), ...(node.Splits ?? [])].map(({ NextNode }) => NextNode);
}

/** Every way from the start ends, and all nodes are on one. */
function holdsTogether(chain: Chain): void {
  const seen = new Set<string>();
  const walk = (name: string, above: readonly string[]) => {
    assert.ok(!above.includes(name), `a circle at ${name}`);
    seen.add(name);
    for (const next of nextNodes(chain, name)) walk(next, [...above, name]);
  };
  walk(chain.StartNode, []);
  assert.deepEqual([...seen].sort(), Object.keys(chain.Nodes));
}

function targetsAreThose(chain: Chain): void {
  const used = Object.values(chain.Nodes).flatMap(({ Resolver }) =>
    Resolver === null ? [] : [Resolver.Target, ...(Resolver.Failover?.Targets ?? [])],
  );
  assert.deepEqual(Object.keys(chain.Targets), [...new Set(used)].sort());
  for (const [id, target] of Object.entries(chain.Targets)) assert.equal(target.ID, id);
  for (const { Resolver } of Object.values(chain.Nodes)) {
    if (Resolver?.Failover) assert.ok(!(Resolver.Failover.Targets ?? []).includes(Resolver.Target));
  }
}

function splitsAreFlat(chain: Chain): void {
  for (const { Splits } of Object.values(chain.Nodes)) {
    if (Splits === null) continue;
    const whole = Splits.reduce((sum, { Weight }) => sum + Weight, 0);
    assert.ok(Math.abs(whole - 100) < 0.01, `${whole} of a hundred`);
    for (const { NextNode } of Splits) assert.equal(chain.Nodes[NextNode]?.Type, 'resolver');
  }
}

describe('any entries', () => {
  test('give a chain that hangs together, or a reason', () => {
    let chains = 0;
    fc.assert(
      fc.property(given, service, fc.constantFrom('', 'tcp', 'grpc'), (entries, name, override) => {
        const result = compile(entries, name, { protocol: override });
        if (!result.ok) {
          assert.notEqual(result.error, '');
          return;
        }
        chains += 1;
        const chain = chainOf(entries, name, { protocol: override });
        holdsTogether(chain);
        targetsAreThose(chain);
        splitsAreFlat(chain);
        assert.deepEqual(compile(entries, name, { protocol: override }), result);
      }),
      { numRuns: 2_000 },
    );
    assert.ok(chains > 200, `${chains} chains`);
  });
});
