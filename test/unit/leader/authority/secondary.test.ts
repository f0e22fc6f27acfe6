// The authority of a secondary datacenter: what it signs leads to the primary datacenter's root, and goes on doing so when that is
// another one, when leaders change, and while nobody can be asked.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { readCertificate } from '../../../../src/certificates/certificates.js';
import type { CaProviderState } from '../../../../src/wire/records.js';
import type { Primary } from '../../../../src/workers/state/leader/primary/primary.js';
import { isRefusal, type Refusal, refusal } from '../../../../src/workers/state/methods/contract/refusal.js';
import { waitFor } from '../../../agent-process.js';
import { leadsTo } from '../../../openssl.js';
import {
  ASKER,
  activeRoot,
  configure,
  type Fixture,
  fixture,
  HOUR_MS,
  led,
  operations,
  request,
  rootsOf,
  serviceUri,
  stopAuthorities,
  wanted,
} from './authority-fixture.js';

after(stopAuthorities);

const DAY_MS = 24 * HOUR_MS;

interface Asked {
  readonly primary: Primary;
  /** What whoever asks is told; null: what the primary says. */
  refused: Refusal | null;
  signed: number;
  /** What its roots were waited beyond, in order; 0: they weren't waited for. */
  readonly beyond: number[];
  /** Takes the place of what the primary signed. */
  swapped: string | null;
}

function askedAt({ store, authority }: Fixture): Asked {
  const asked: Asked = {
    refused: null,
    signed: 0,
    beyond: [],
    swapped: null,
    primary: {
      datacenter: 'dc1',
      async read(method, given, { minIndex, signal }) {
        asked.beyond.push(minIndex);
        if (asked.refused !== null) return asked.refused;
        const prepared = method.prepare(store, given, ASKER.authorizer);
        assert.ok(!isRefusal(prepared));
        await waitFor(() => signal?.aborted === true || prepared.read().index > minIndex, 'other roots');
        // Others are never shown when a root was replaced.
        const { index, value } = prepared.read();
        return { index, value, isFiltered: false };
      },
      async ask(method, given) {
        assert.equal(method.name, 'ConnectCA.SignIntermediate');
        if (asked.refused !== null) return asked.refused;
        asked.signed += 1;
        const pem = asked.swapped ?? (await authority.signIntermediate(given as string));
        return pem as never;
      },
    },
  };
  return asked;
}

async function both() {
  const there = await led(fixture());
  const asked = askedAt(there);
  const here = await led(fixture(undefined, {}, { datacenter: 'dc2', primary: asked.primary }));
  return { there, here, asked };
}

function stateOf({ store }: Fixture): CaProviderState {
  const [state, ...others] = store.authority.providerStates();
  assert.ok(state !== undefined && others.length === 0);
  return state;
}

async function signed(here: Fixture, service = 'web', datacenter = 'dc2'): Promise<string> {
  const answer = await here.authority.sign(await request(serviceUri(here, service, datacenter)), ASKER);
  assert.ok(!isRefusal(answer), isRefusal(answer) ? answer.text : '');
  return answer.certificate;
}

test('its certificates lead to the root of the primary datacenter by one of its own, which signs no others', async (context) => {
  const { there, here } = await both();
  assert.equal(here.store.authority.state().value.trustDomain, there.store.authority.state().value.trustDomain);
  assert.equal(activeRoot(here).ID, activeRoot(there).ID);
  assert.equal(activeRoot(here).RootCert, activeRoot(there).RootCert);
  const { IntermediateCert, PrivateKey } = stateOf(here);
  assert.deepEqual(activeRoot(here).IntermediateCerts, [IntermediateCert]);
  assert.ok(!PrivateKey.includes(stateOf(there).PrivateKey));
  const leaf = await signed(here);
  assert.ok(leadsTo(context, leaf, activeRoot(there).RootCert));
  assert.ok(leaf.includes(IntermediateCert));
  const { certificate, subject, notAfterMs } = readCertificate(IntermediateCert);
  assert.ok(certificate.ca);
  assert.match(certificate.subject, /^CN=sec-[0-9a-z]{8}\.consul\.ca\.[0-9a-f]{8}\.consul$/);
  assert.ok(subject !== undefined && notAfterMs > Date.now() + 364 * DAY_MS);
  // A path of length 0: 30 06 01 01 ff 02 01 00.
  assert.ok(certificate.raw.includes(Buffer.from('30060101ff020100', 'hex')));
  const elsewhere = await here.authority.sign(await request(serviceUri(here, 'web', 'dc1')), ASKER);
  assert.ok(isRefusal(elsewhere) && /from a different datacenter: dc1, we are dc2/.test(elsewhere.text));
});

test('a new root there is followed, with a new certificate here; the one before stays known', async (context) => {
  const { there, here, asked } = await both();
  const before = { leaf: await signed(here), root: activeRoot(here), state: stateOf(here) };
  assert.equal(await configure(there, wanted({ PrivateKeyBits: 384 })), null);
  await waitFor(() => activeRoot(here).ID === activeRoot(there).ID, 'the new root');
  assert.notEqual(activeRoot(here).ID, before.root.ID);
  assert.equal(asked.signed, 2);
  assert.deepEqual(
    rootsOf(here)
      .map(({ ID, Active }) => [ID, Active])
      .sort(),
    rootsOf(there)
      .map(({ ID, Active }) => [ID, Active])
      .sort(),
  );
  assert.notEqual(stateOf(here).PrivateKey, before.state.PrivateKey);
  const leaf = await signed(here);
  assert.ok(leadsTo(context, leaf, activeRoot(there).RootCert), 'by the new root');
  assert.ok(leadsTo(context, leaf, before.root.RootCert), 'by the old one, which has signed the new one');
  assert.ok(leadsTo(context, before.leaf, before.root.RootCert));
});

test('a leader after this one goes on with what is there, and asks nobody to sign', async () => {
  const { here, asked } = await both();
  const { IntermediateCert } = stateOf(here);
  here.authority.stop();
  const next = fixture(here.store, {}, { datacenter: 'dc2', primary: asked.primary });
  asked.beyond.length = 0;
  next.authority.start();
  await waitFor(() => asked.beyond.length === 2, 'the first round to be over');
  assert.deepEqual([asked.signed, stateOf(next).IntermediateCert], [1, IntermediateCert]);
  await signed(next);
});

test('without the primary it signs with what it has; before it ever was reached it says so', async () => {
  const { here, asked } = await both();
  asked.refused = refusal('no-datacenter');
  here.authority.stop();
  const next = fixture(here.store, {}, { datacenter: 'dc2', primary: asked.primary });
  next.authority.start();
  await signed(next);
  const fresh = fixture(undefined, {}, { datacenter: 'dc2', primary: asked.primary });
  fresh.authority.start();
  await waitFor(() => fresh.logged.some((line) => line.includes('No path to datacenter')), 'a line about it');
  const refused = await fresh.authority.sign('', ASKER);
  assert.ok(isRefusal(refused) && refused.text.startsWith('CA is uninitialized'));
  assert.deepEqual(operations(fresh), []);
});

test('half a life before its end its certificate is renewed', async () => {
  const { here, asked } = await both();
  here.authority.stop();
  for (const [days, renewals] of [
    [182, 1],
    [183, 2],
  ] as const) {
    const next = fixture(here.store, {}, { datacenter: 'dc2', primary: asked.primary });
    next.clock.nowMs = Date.now() + days * DAY_MS;
    next.authority.start();
    await waitFor(() => asked.signed === renewals, 'its certificate');
    await signed(next);
    next.authority.stop();
  }
});

test('what was not asked for, or was signed by somebody else, is not taken', async () => {
  const { here, there, asked } = await both();
  here.authority.stop();
  const other = await both();
  for (const pem of ['no certificate', activeRoot(there).RootCert, stateOf(other.here).IntermediateCert]) {
    asked.swapped = pem;
    const fresh = fixture(undefined, {}, { datacenter: 'dc2', primary: asked.primary });
    fresh.authority.start();
    await waitFor(() => fresh.logged.some((line) => line.includes('signed something else')), 'a line about it');
    fresh.authority.stop();
    assert.deepEqual(operations(fresh), ['set-config']);
  }
});

test('another kind of key is asked for with a new certificate; times alone are not', async (context) => {
  const { here, there, asked } = await both();
  const before = stateOf(here);
  assert.equal(await configure(here, wanted({ LeafCertTTL: '2h' })), null);
  assert.deepEqual([asked.signed, stateOf(here).ID], [1, before.ID]);
  asked.refused = refusal('no-datacenter');
  assert.equal(await configure(here, wanted({ PrivateKeyBits: 384 })), 'No path to datacenter');
  assert.equal(stateOf(here).IntermediateCert, before.IntermediateCert);
  asked.refused = null;
  assert.equal(await configure(here, wanted({ PrivateKeyBits: 384 })), null);
  assert.notEqual(stateOf(here).ID, before.ID);
  assert.equal(activeRoot(here).ID, activeRoot(there).ID);
  assert.ok(leadsTo(context, await signed(here), activeRoot(there).RootCert));
});

test('the primary signs for an authority of this trust domain alone, and only where it is the primary', async () => {
  const { there, here } = await both();
  const foreign = await there.authority.signIntermediate(await request('spiffe://11111111-1111.consul'));
  assert.ok(isRefusal(foreign) && foreign.text.includes('must have the URI of this trust domain'));
  const leaf = await there.authority.signIntermediate(await request(serviceUri(there, 'web')));
  assert.ok(isRefusal(leaf));
  const broken = await there.authority.signIntermediate('nothing');
  assert.ok(isRefusal(broken) && broken.text.startsWith('the CSR is malformed'));
  const elsewhere = await here.authority.signIntermediate('nothing');
  assert.ok(isRefusal(elsewhere) && elsewhere.text.startsWith('only the primary datacenter'));
});
