// Who gets a certificate, for whom, and how many at once.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { SigningLimit } from '../../../../src/workers/state/leader/authority/signing-limit.js';
import { isRefusal } from '../../../../src/workers/state/methods/contract/refusal.js';
import { certificateText, leadsTo } from '../../../openssl.js';
import { authorizerOf } from '../../acl/authorizer-of.js';
import {
  ASKER,
  activeRoot,
  type Fixture,
  fixture,
  led,
  request,
  serviceUri,
  signed,
  stopAuthorities,
} from './authority-fixture.js';

after(stopAuthorities);

test('a certificate of a service is as stock makes it', async (context) => {
  const made = await led(fixture());
  const leaf = await signed(made);
  const text = certificateText(leaf.certificate);
  for (const part of [
    /Subject: \n/,
    /Key Usage: critical\s+Digital Signature, Key Encipherment, Data Encipherment, Key Agreement\n/,
    /Extended Key Usage: \s+TLS Web Client Authentication, TLS Web Server Authentication\n/,
    /Basic Constraints: critical\s+CA:FALSE/,
    /Alternative Name: critical\s+URI:spiffe:\/\/[0-9a-f-]{36}\.consul\/ns\/default\/dc\/dc1\/svc\/web\n/,
  ]) {
    assert.match(text, part);
  }
  assert.ok(
    text.includes(`Authority Key Identifier: \n                ${activeRoot(made).SigningKeyID.toUpperCase()}`),
  );
  assert.equal(leaf.uri, serviceUri(made, 'web'));
  assert.deepEqual(leaf.holder, { kind: 'service', name: 'web' });
  assert.equal(leaf.index, made.store.appliedIndex);
  assert.ok(leadsTo(context, leaf.certificate, activeRoot(made).RootCert));
});

async function refusalOf(made: Fixture, csr: string): Promise<string> {
  const answer = await made.authority.sign(csr, ASKER);
  return isRefusal(answer) ? answer.text : 'signed';
}

test('agents, servers and gateways of this cluster get theirs, with the names they ask for', async () => {
  const made = await led(fixture());
  const { trustDomain } = made.store.authority.state().value;
  for (const [rest, kind] of [
    ['agent/client/dc/dc1/id/n%C3%A4me', 'agent'],
    ['agent/server/dc/dc1', 'server'],
    ['gateway/mesh/dc/dc1', 'mesh-gateway'],
  ]) {
    const uri = `spiffe://${trustDomain}/${rest}`;
    const csr = await request(uri, { dns: ['localhost'], addresses: [Uint8Array.of(127, 0, 0, 1)] });
    const answer = await made.authority.sign(csr, ASKER);
    assert.ok(!isRefusal(answer), uri);
    assert.equal(answer.holder.kind, kind);
    assert.equal(answer.uri, uri);
    assert.ok(certificateText(answer.certificate).includes(`DNS:localhost, IP Address:127.0.0.1, URI:${uri}`));
  }
});

test('strangers get none', async () => {
  const made = await led(fixture());
  const { trustDomain } = made.store.authority.state().value;
  const of = async (uri: string): Promise<string> => refusalOf(made, await request(uri));
  assert.equal(
    await of('spiffe://other.consul/ns/default/dc/dc1/svc/web'),
    `SPIFFE ID in CSR from a different trust domain: other.consul, we are ${trustDomain}`,
  );
  assert.equal(
    await of(serviceUri(made, 'web', 'dc2')),
    'SPIFFE ID in CSR from a different datacenter: dc2, we are dc1',
  );
  assert.match(await of(`spiffe://${trustDomain}/ns/default/web`), /must have one SPIFFE URI/);
  assert.match(await of(`https://${trustDomain}/ns/default/dc/dc1/svc/web`), /must have one SPIFFE URI/);
  const two = await request(serviceUri(made, 'web'), { uris: [serviceUri(made, 'web'), serviceUri(made, 'db')] });
  assert.match(await refusalOf(made, two), /must have one SPIFFE URI/);
  const nobody = await made.authority.sign(await request(serviceUri(made, 'web')), {
    token: '',
    authorizer: authorizerOf('service_prefix "" { policy = "write" } service "web" { policy = "read" }'),
  });
  assert.ok(isRefusal(nobody) && nobody.refused === 'denied');
});

test('what is no signing request, or not signed by its key, is refused and costs little', async () => {
  const made = await led(fixture());
  const good = await request(serviceUri(made, 'web'));
  const malformed = /the CSR is malformed/;
  for (const csr of ['', 'x', good.slice(0, 200), good.replace('REQUEST', 'THING'), 'A'.repeat(1_000_000)]) {
    assert.match(await refusalOf(made, csr), malformed);
  }
  const lines = good.split('\n');
  let tampered = 0;
  for (let at = 1; at < lines.length - 2; at += 1) {
    const line = lines[at] ?? '';
    for (const place of [0, 20, line.length - 1]) {
      const other = line[place] === 'A' ? 'B' : 'A';
      const changed = [...lines];
      changed[at] = line.slice(0, place) + other + line.slice(place + 1);
      const outcome = await refusalOf(made, changed.join('\n'));
      assert.notEqual(outcome, 'signed', `line ${at}, character ${place}`);
      tampered += 1;
    }
  }
  assert.ok(tampered > 15);
});

test('before there is a root nothing is signed', async () => {
  const made = fixture();
  const csr = await request('spiffe://x.consul/ns/default/dc/dc1/svc/web');
  assert.equal(await refusalOf(made, csr), 'CA is uninitialized and unable to sign certificates yet');
});

test('so many are signed a second; who would have to wait half a second for his turn is sent away', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 1_000;
  const limit = new SigningLimit(() => now);
  const limits = { requestsPerSecond: 10, requestsAtOnce: 0 };
  const outcomes: (string | null)[] = [];
  const all = Array.from({ length: 8 }, () =>
    limit.run(limits, async () => 'done').then((outcome) => outcomes.push(outcome)),
  );
  await Promise.resolve();
  now += 600;
  context.mock.timers.tick(600);
  await Promise.all(all);
  assert.equal(outcomes.filter((outcome) => outcome === 'done').length, 6);
  assert.equal(await limit.run(limits, async () => 'later'), 'later');
});

test('so many are signed at once; a place that is free goes to who waits', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const limit = new SigningLimit(() => 0);
  const limits = { requestsPerSecond: 1, requestsAtOnce: 2 };
  let running = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const work = (): Promise<string> => {
    running += 1;
    most = Math.max(most, running);
    return new Promise((resolve) => {
      ends.push(() => {
        running -= 1;
        resolve('done');
      });
    });
  };
  const all = [1, 2, 3, 4].map(() => limit.run(limits, work));
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  await turn();
  assert.equal(ends.length, 2);
  ends.shift()?.();
  await turn();
  assert.equal(ends.length, 2, 'the third has begun');
  context.mock.timers.tick(500);
  for (const end of ends) end();
  assert.deepEqual(await Promise.all(all), ['done', 'done', 'done', null]);
  assert.equal(most, 2);
  const again = limit.run(limits, work);
  await turn();
  ends.at(-1)?.();
  assert.equal(await again, 'done', 'all places are free again');
});
