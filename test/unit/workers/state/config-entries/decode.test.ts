import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEntry } from '../../../../../src/wire/config-entries/decode.js';
import type { ConfigEntry } from '../../../../../src/wire/config-entries/entries.js';

type Given = Parameters<typeof decodeEntry>[0];

function entryOf(given: object): ConfigEntry {
  const decoded = decodeEntry(given as Given);
  assert.ok(decoded.ok, decoded.ok ? '' : decoded.error);
  return decoded.entry;
}

function errorOf(given: unknown): string {
  const decoded = decodeEntry(given as Given);
  return decoded.ok ? '' : decoded.error;
}

test('names count whatever their case, and in snake case', () => {
  const camel = entryOf({ Kind: 'service-defaults', Name: 'web', MeshGateway: { Mode: 'local' }, ExternalSNI: 'x' });
  assert.deepEqual(
    entryOf({ kind: 'service-defaults', name: 'web', mesh_gateway: { mode: 'local' }, external_sni: 'x' }),
    camel,
  );
  assert.deepEqual(
    entryOf({ Kind: 'service-defaults', NAME: 'web', meshgateway: { MODE: 'local' }, externalsni: 'x' }),
    camel,
  );
  for (const both of [
    { external_sni: 'y', ExternalSNI: 'x' },
    { ExternalSNI: 'x', external_sni: 'y' },
  ]) {
    const entry = entryOf({ Kind: 'service-defaults', Name: 'web', MeshGateway: { Mode: 'local' }, ...both });
    assert.deepEqual(entry, camel, 'the name itself counts more');
  }
});

test('values are bent into shape', () => {
  const entry = entryOf({
    Kind: 'service-resolver',
    Name: 5,
    ConnectTimeout: '1500ms',
    RequestTimeout: 2e9,
    Subsets: [{ v1: { OnlyPassing: 'true' } }, { v2: { OnlyPassing: 1, Filter: true } }],
    Failover: { '*': { Datacenters: 'dc2' } },
    LoadBalancer: [{ RingHashConfig: { MinimumRingSize: '12' }, HashPolicies: { Field: 'header' } }],
  });
  assert.ok(entry.Kind === 'service-resolver');
  assert.deepEqual([entry.Name, entry.ConnectTimeout, entry.RequestTimeout], ['5', 1_500_000_000, 2_000_000_000]);
  assert.deepEqual(entry.Subsets, {
    v1: { Filter: '', OnlyPassing: true },
    v2: { Filter: '1', OnlyPassing: true },
  });
  assert.deepEqual(entry.Failover?.['*']?.Datacenters, ['dc2']);
  assert.equal(entry.LoadBalancer?.RingHashConfig?.MinimumRingSize, 12);
  assert.equal(entry.LoadBalancer?.HashPolicies?.[0]?.Field, 'header');
});

test('an unknown key is named with its place, and so is each of several', () => {
  assert.equal(
    errorOf({ Kind: 'service-defaults', Name: 'x', Nope: 1 }),
    '1 error occurred:\n\t* invalid config key "Nope"\n\n',
  );
  assert.equal(
    errorOf({ Kind: 'service-router', Name: 'x', Z: 1, Routes: [{}, { Match: { Http: { b: 1 } } }] }),
    '2 errors occurred:\n\t* invalid config key "Routes[1].Match.HTTP.b"\n\t* invalid config key "Z"\n\n',
  );
  assert.match(errorOf({ Kind: 'proxy-defaults', Name: 'global', Protocol: 'http' }), /invalid config key "Protocol"/);
});

test('what has no kind, another kind, or values of another form is refused', () => {
  const noKind = 'Payload does not contain a kind/Kind key at the top level';
  for (const given of [null, 5, [], 'x', {}, { Name: 'x' }]) assert.equal(errorOf(given), noKind);
  assert.equal(errorOf({ Kind: 'bogus' }), 'invalid config entry kind: bogus');
  assert.equal(errorOf({ Kind: 5 }), 'invalid config entry kind: ');
  assert.match(
    errorOf({ Kind: 'mesh', TLS: 'x' }),
    /^1 error\(s\) decoding:\n\n\* 'TLS' expected a map, got 'string'$/,
  );
  assert.match(
    errorOf({ Kind: 'ingress-gateway', Name: 'x', Listeners: [{ Port: 'y' }] }),
    /'Listeners\[0\].Port' cannot parse/,
  );
  assert.match(errorOf({ Kind: 'ingress-gateway', Name: 'x', Defaults: { MaxConnections: -1 } }), /overflows uint32/);
  assert.match(errorOf({ Kind: 'service-resolver', Name: 'x', ConnectTimeout: '10' }), /missing unit in duration/);
});

test('an entry of more values than any has is refused before it is made', () => {
  const routes = (count: number): object[] => Array.from({ length: count }, () => ({}));
  assert.equal(errorOf({ Kind: 'service-router', Name: 'x', Routes: routes(15_000) }), '');
  const tooMany = 'entry has more than 20000 values';
  assert.equal(errorOf({ Kind: 'service-router', Name: 'x', Routes: routes(25_000) }), tooMany);
  assert.equal(errorOf({ Kind: 'proxy-defaults', Name: 'global', Config: { a: routes(25_000) } }), tooMany);
});

test('however much is wrong, the error stays short', () => {
  const unknown = Object.fromEntries(Array.from({ length: 15_000 }, (_, at) => [`k${at}`, 1]));
  assert.ok(errorOf({ Kind: 'mesh', ...unknown }).length < 5000);
  let deep: unknown = 1;
  for (let at = 0; at < 5000; at += 1) deep = [deep];
  assert.match(errorOf({ Kind: 'proxy-defaults', Name: 'global', Config: { deep } }), /nested deeper than/);
});
