// What the certificate authority writes when leadership begins, and what it makes of configurations.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, test } from 'node:test';
import { keyPem, makeKey, makeRoot } from '../../../../src/certificates/certificates.js';
import { CommandType, type ConnectCaRequest } from '../../../../src/wire/commands.js';
import { msOfGoTime } from '../../../../src/wire/go-time.js';
import { waitFor } from '../../../agent-process.js';
import { readJson } from '../../../data.js';
import { certificateText, leadsTo } from '../../../openssl.js';
import { TestStore } from '../../store/commands.js';
import { readAll, writeAll } from '../../store/stream.js';
import {
  activeRoot,
  configure,
  fixture,
  HOUR_MS,
  led,
  operations,
  rootsOf,
  serviceUri,
  signed,
  stopAuthorities,
  wanted,
} from './authority-fixture.js';

after(stopAuthorities);

const UNTIL_OLD_ROOT_GOES_MS = 2 * 72 * HOUR_MS;
const RSA = { PrivateKeyType: 'rsa', PrivateKeyBits: 2048 };
const LONGER = { PrivateKeyBits: 384 };

test('a new cluster begins with the commands that stock begins with', async () => {
  const made = await led(fixture());
  const begun = [
    'set-config',
    'set-provider-state',
    'increment-provider-serial',
    'set-provider-state',
    'set-roots-config',
  ];
  assert.deepEqual(operations(made), begun);
  const { config } = made.store.authority;
  assert.deepEqual(config?.Config, { LeafCertTTL: '72h', IntermediateCertTTL: '8760h', RootCertTTL: '87600h' });
  assert.equal(made.store.authority.state().value.trustDomain, `${config?.ClusterID}.consul`);
  const stock = (
    readJson('raft/log-server.json') as { items: { index: number; command?: { body: ConnectCaRequest } }[] }
  ).items;
  const theirs = stock.find(({ index }) => index === 11)?.command?.body.ProviderState?.ID;
  assert.equal(made.store.authority.providerStates()[0]?.ID, theirs, 'another leader finds the same state');
});

test('a root is as stock makes it', async () => {
  const root = activeRoot(await led(fixture()));
  const text = certificateText(root.RootCert);
  for (const part of [
    /Signature Algorithm: ecdsa-with-SHA256/,
    /Subject: CN = pri-[a-z0-9]{8}\.consul\.ca\.[0-9a-f]{8}\.consul/,
    /Key Usage: critical\s+Digital Signature, Certificate Sign, CRL Sign/,
    /Basic Constraints: critical\s+CA:TRUE/,
    /Alternative Name: \s+URI:spiffe:\/\/[0-9a-f-]{36}\.consul\n/,
  ]) {
    assert.match(text, part);
  }
  assert.ok(text.includes(root.SigningKeyID.toUpperCase()));
  assert.match(text, new RegExp(`Serial Number: ${root.SerialNumber} `));
  assert.deepEqual([root.PrivateKeyType, root.PrivateKeyBits, root.SigningKey], ['ec', 256, '']);
  assert.equal((msOfGoTime(root.NotAfter) ?? 0) - (msOfGoTime(root.NotBefore) ?? 0), 87_600 * HOUR_MS);
});

test('the next leader finds everything in order and writes nothing', async () => {
  const first = await led(fixture());
  const root = activeRoot(first);
  const second = fixture(first.store);
  second.authority.start();
  await signed(second);
  assert.deepEqual(operations(second), ['increment-provider-serial', 'type 21']);
  assert.equal(activeRoot(second).ID, root.ID);
});

test("a stock server's state is gone on with: its root stays, and its key signs", async (context) => {
  const items = (readJson('raft/snapshot-records.json') as { items: readonly { hex: string }[] }).items;
  const store = new TestStore();
  readAll(store, Buffer.concat(items.map(({ hex }) => Buffer.from(hex, 'hex'))));
  const made = fixture(store);
  made.authority.start();
  const leaf = await signed(made);
  assert.deepEqual(operations(made), ['increment-provider-serial', 'type 21']);
  assert.equal(leaf.serialNumber, '14', 'the counter goes on');
  assert.ok(leadsTo(context, leaf.certificate, activeRoot(made).RootCert));
  // 36 hours are what is configured there.
  assert.equal(leaf.validBeforeMs - leaf.validAfterMs, 36 * HOUR_MS);
});

test('what a snapshot holds is enough to go on', async (context) => {
  const first = await led(fixture());
  const store = new TestStore();
  readAll(store, writeAll(first.store));
  const second = fixture(store);
  second.authority.start();
  const leaf = await signed(second);
  assert.ok(leadsTo(context, leaf.certificate, activeRoot(first).RootCert));
});

test('a configuration for the same root changes nothing but itself', async () => {
  const made = await led(fixture());
  const root = activeRoot(made);
  const before = made.written.length;
  assert.equal(await configure(made, wanted({ LeafCertTTL: '1h' })), null);
  assert.deepEqual(operations(made).slice(before), ['set-config']);
  assert.equal(activeRoot(made).ID, root.ID);
  const index = made.store.appliedIndex;
  assert.equal(await configure(made, wanted({ LeafCertTTL: '1h' })), null);
  assert.equal(made.store.appliedIndex, index, 'the same once more is not written');
});

test('another key has another root, which those trust who know only the one before', async (context) => {
  const made = await led(fixture());
  const before = activeRoot(made);
  const old = await signed(made);
  assert.equal(await configure(made, wanted(RSA)), null);
  const after = activeRoot(made);
  assert.deepEqual([after.PrivateKeyType, after.PrivateKeyBits], ['rsa', 2048]);
  assert.deepEqual(
    rootsOf(made)
      .map(({ ID, Active }) => [ID, Active])
      .sort(),
    [
      [before.ID, false],
      [after.ID, true],
    ].sort(),
  );
  const leaf = await signed(made);
  assert.ok(leadsTo(context, leaf.certificate, after.RootCert), 'by the new root');
  assert.ok(leadsTo(context, leaf.certificate, before.RootCert), 'by the old root and the cross-signed one');
  assert.ok(leadsTo(context, old.certificate, before.RootCert), 'an old one by the old root');
  assert.ok(!leadsTo(context, old.certificate, after.RootCert), 'and by no other');
  assert.match(certificateText(after.IntermediateCerts?.[0] ?? ''), /Issuer: CN = pri-[\s\S]*CA:TRUE/);
});

test('a key that signs no more is kept nowhere', async () => {
  const made = await led(fixture());
  const [first] = made.store.authority.providerStates();
  await configure(made, wanted(LONGER));
  const states = made.store.authority.providerStates();
  assert.equal(states.length, 1);
  assert.notEqual(states[0]?.ID, first?.ID);
  const requests = made.written.map(({ body }) => body as ConnectCaRequest);
  const deleted = requests.find(({ Op }) => Op === 'delete-provider-state');
  assert.equal(deleted?.ProviderState?.PrivateKey, '', 'nor written once more');
});

test('wherever a leader is lost in a rotation, one root is active and the next leader can finish', async (context) => {
  const rehearsal = await led(fixture());
  const before = rehearsal.written.length;
  await configure(rehearsal, wanted(LONGER));
  const commands = rehearsal.written.length - before;
  assert.ok(commands >= 6, String(commands));
  for (let taken = 0; taken < commands; taken += 1) {
    const made = await led(fixture());
    const old = await signed(made);
    made.log.left = taken;
    const outcome = await configure(made, wanted(LONGER));
    assert.equal(outcome, 'leadership lost while committing log', `after ${taken}`);
    assert.equal(rootsOf(made).filter(({ Active }) => Active).length, 1, `after ${taken}`);
    const next = fixture(made.store);
    next.authority.start();
    await signed(next);
    assert.equal(rootsOf(next).filter(({ Active }) => Active).length, 1);
    assert.equal(await configure(next, wanted(LONGER)), null, `after ${taken}`);
    assert.equal(activeRoot(next).PrivateKeyBits, 384);
    assert.equal(next.store.authority.providerStates().length, 1, `after ${taken}`);
    assert.ok(rootsOf(next).some(({ RootCert }) => leadsTo(context, old.certificate, RootCert)));
  }
});

test('a root that was replaced goes when no certificate of it can be in use', async () => {
  const made = await led(fixture());
  const before = activeRoot(made);
  await configure(made, wanted(LONGER));
  const later = async (ms: number): Promise<readonly string[]> => {
    const next = fixture(made.store);
    next.clock.nowMs = made.clock.nowMs + ms;
    next.authority.start();
    await signed(next);
    return rootsOf(next).map(({ ID }) => ID);
  };
  assert.ok((await later(UNTIL_OLD_ROOT_GOES_MS - HOUR_MS)).includes(before.ID));
  assert.deepEqual(await later(UNTIL_OLD_ROOT_GOES_MS + HOUR_MS), [activeRoot(made).ID]);
});

test('a given key and root are used, and must belong together', async (context) => {
  const other = await led(fixture());
  const [given] = other.store.authority.providerStates();
  const { RootCert = '', PrivateKey = '' } = given ?? {};
  const made = await led(fixture());
  assert.equal(await configure(made, wanted({ PrivateKey, RootCert })), null);
  assert.equal(activeRoot(made).RootCert, RootCert);
  assert.ok(leadsTo(context, (await signed(made)).certificate, RootCert));
  const [third] = (await led(fixture())).store.authority.providerStates();
  const unlike = wanted({ PrivateKey: third?.PrivateKey ?? '', RootCert });
  const problem = 'error configuring provider: the private key does not belong to the root certificate';
  assert.equal(await configure(made, unlike), problem);
  assert.equal(activeRoot(made).RootCert, RootCert);
});

test('configurations that can not be are refused, and leave everything as it was', async () => {
  const made = await led(fixture());
  const { appliedIndex } = made.store;
  const refused: [Parameters<typeof wanted>[0], RegExp][] = [
    [{ LeafCertTTL: '59m' }, /^error configuring provider: leaf cert TTL must be greater or equal than 1h0m0s$/],
    [{ LeafCertTTL: '8761h' }, /leaf cert TTL must be less/],
    [{ LeafCertTTL: 'soon' }, /LeafCertTTL: time: invalid duration/],
    [{ LeafCertTTL: [1] }, /LeafCertTTL must be a duration/],
    [{ IntermediateCertTTL: '100h' }, /intermediate cert TTL must be greater or equal than 216h0m0s/],
    [{ RootCertTTL: '8760h' }, /root cert TTL must be greater than 8760h0m0s/],
    [{ PrivateKeyType: 'dsa' }, /private key type/],
    [{ PrivateKeyBits: 512 }, /one of these lengths: 224, 256, 384, 521 bits/],
    [{ PrivateKeyType: 'rsa', PrivateKeyBits: 1024 }, /one of these lengths: 2048, 4096 bits/],
    [{ PrivateKey: 'secret' }, /the private key or the root certificate cannot be read$/],
    [{ RootCert: 'x' }, /must provide a private key/],
    [{ CSRMaxPerSecond: 'many' }, /CSRMaxPerSecond must be a number/],
  ];
  for (const [config, expected] of refused) {
    const text = (await configure(made, wanted(config))) ?? '';
    assert.match(text, expected);
    assert.ok(!text.includes('secret'));
  }
  const vault = await configure(made, wanted({}, { Provider: 'vault' }));
  assert.equal(vault, 'could not initialize provider: unknown CA provider "vault"');
  assert.match((await configure(made, wanted({}, { State: { a: 'b' } }))) ?? '', /^Provider State is read-only/);
  assert.equal(await configure(made, wanted({}, { ModifyIndex: 999 })), 'ModifyIndex did not match existing');
  assert.equal(await configure(made, wanted(RSA, { ModifyIndex: 999 })), 'ModifyIndex did not match existing');
  assert.equal(made.store.appliedIndex, appliedIndex + 1, 'but for the compare-and-set that the state judged');
});

test('the state that the provider is given is shown from then on, until another one is given', async () => {
  const made = await led(fixture());
  const state = () => made.store.authority.config?.State;
  assert.equal(await configure(made, wanted({ test_state: { foo: 'bar', ['__proto__']: 'x' } })), null);
  assert.deepEqual(Object.entries(state() ?? {}), [
    ['foo', 'bar'],
    ['__proto__', 'x'],
  ]);
  const kept = state() ?? null;
  assert.equal(await configure(made, wanted({ LeafCertTTL: '71h' }, { State: kept })), null);
  assert.deepEqual(state(), kept);
  for (const odd of ['foo', ['foo'], { foo: 1 }])
    assert.equal(await configure(made, wanted({ test_state: odd })), null);
  assert.deepEqual(state(), kept, 'what is no texts by name is kept without effect');
  assert.equal(await configure(made, wanted({ ...LONGER, test_state: { foo: 'baz' } })), null);
  assert.deepEqual(state(), { foo: 'baz' }, 'with another root, too');
});

test('without a mesh, and beside a primary datacenter, nothing is signed', async () => {
  const made = fixture(new TestStore(), { enabled: false });
  made.authority.start();
  const text = 'Connect must be enabled in order to use this endpoint';
  assert.equal(await configure(made, wanted({})), text);
  await assert.rejects(signed(made), { message: text });
  assert.deepEqual(made.written, []);
});

test('what a new cluster begins with can be configured', async () => {
  const clusterId = '11111111-2222-4333-8444-555555555555';
  const made = await led(fixture(new TestStore(), { clusterId, caConfig: { LeafCertTTL: '2h', PrivateKeyBits: 384 } }));
  assert.equal(made.store.authority.state().value.trustDomain, `${clusterId}.consul`);
  assert.equal(activeRoot(made).PrivateKeyBits, 384);
  const leaf = await signed(made);
  assert.equal(leaf.validBeforeMs - leaf.validAfterMs, 2 * HOUR_MS);
  assert.ok(leaf.uri === serviceUri(made, 'web'));
});

test('what is logged has no key in it', async () => {
  const made = await led(fixture());
  await configure(made, wanted(RSA));
  await configure(
    made,
    wanted({ PrivateKey: '-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0\n-----END EC PRIVATE KEY-----\n' }),
  );
  assert.ok(made.logged.length > 0);
  assert.ok(!made.logged.some((line) => /PRIVATE|c2VjcmV0/.test(line)));
});

test('a new cluster begins with nothing that no leader could go on with', async () => {
  for (const caConfig of [{ PrivateKey: 'no key' }, { PrivateKeyBits: 77 }, { LeafCertTTL: 'x'.repeat(70_000) }]) {
    const made = fixture(new TestStore(), { caConfig });
    made.authority.start();
    await waitFor(() => made.logged.some((line) => line.includes('could not be brought up')), 'a word about it');
    assert.deepEqual(made.written, [], 'nothing is written');
    made.authority.stop();
  }
});

test('a stored configuration that nothing can be made of is there to be replaced', async () => {
  const store = new TestStore();
  const stored = wanted({ LeafCertTTL: 'soon' }, { ClusterID: '11111111-2222-4333-8444-555555555555' });
  store.run({
    type: CommandType.connectCa,
    body: { Datacenter: '', Token: '', Op: 'set-config', Index: 0, Roots: null, Config: stored, ProviderState: null },
  });
  const made = fixture(store);
  made.authority.start();
  await waitFor(() => made.logged.some((line) => line.includes('LeafCertTTL')), 'a word about it');
  assert.equal(await configure(made, wanted({})), null);
  assert.ok(activeRoot(made).Active);
  await signed(made);
});

test('an expired root is refused, and a certificate ends with its root', async () => {
  const clock = Date.now();
  const key = await makeKey('ec', 256);
  const root = await makeRoot({
    ...{ key, serialNumber: 7, name: 'short', trustDomain: 'short.consul' },
    ...{ notBeforeMs: clock - HOUR_MS, notAfterMs: clock + 2 * HOUR_MS },
  });
  const given = wanted({ PrivateKey: keyPem(key), RootCert: root });
  const made = await led(fixture());
  assert.equal(await configure(made, given), null);
  const leaf = await signed(made);
  const endMs = Math.floor((clock + 2 * HOUR_MS) / 1000) * 1000;
  assert.equal(leaf.validBeforeMs, endMs, 'as it is told');
  const { validTo } = new X509Certificate(leaf.certificate);
  assert.equal(Date.parse(validTo), endMs, 'as it is');
  made.clock.nowMs = clock + 3 * HOUR_MS;
  await assert.rejects(signed(made), /the CA root has expired/);
  const other = await led(fixture());
  other.clock.nowMs = made.clock.nowMs;
  assert.match((await configure(other, given)) ?? '', /the root certificate has expired/);
});

test('what was made of a state that is no longer there is not written into the next one', async () => {
  const made = fixture();
  let restored = false;
  const { run } = made.store;
  // The state is replaced while the first key is being made.
  made.store.run = (command) => {
    const result = run.call(made.store, command);
    if (!restored && operations(made).at(-1) === 'set-provider-state') {
      restored = true;
      made.authority.stop();
    }
    return result;
  };
  made.authority.start();
  await waitFor(() => restored, 'the beginning');
  await configure(made, wanted({}));
  assert.deepEqual(operations(made), ['set-config', 'set-provider-state'], 'no key and no root of the earlier time');
  assert.equal(made.store.authority.activeRoot, undefined);
  await led(made);
  await signed(made);
});

test('no more roots are made than every agent can hold', async () => {
  const made = await led(fixture());
  const { roots } = made.store.authority.state().value;
  const others = Array.from({ length: 63 }, (_, at) => ({ ...activeRoot(made), ID: `old ${at}`, Active: false }));
  made.store.run({
    type: CommandType.connectCa,
    body: {
      ...{ Datacenter: '', Token: '', Op: 'set-roots', Config: null, ProviderState: null },
      ...{ Index: made.store.authority.rootsIndex, Roots: [...roots, ...others] },
    },
  });
  assert.match((await configure(made, wanted(LONGER))) ?? '', /there are 64 CA roots already/);
});
