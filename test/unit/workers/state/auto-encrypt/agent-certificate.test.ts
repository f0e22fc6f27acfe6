// When an agent asks for its certificate: until it has one, before that ends, when another root signs, and never over and over.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import {
  makeKey,
  makeRoot,
  readSigningRequest,
  signerOf,
  signLeaf,
} from '../../../../../src/certificates/certificates.js';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { AgentCertificate } from '../../../../../src/workers/state/auto-encrypt/agent-certificate.js';
import type { OwnCertificate } from '../../../../../src/workers/state/auto-encrypt/with-certificate.js';
import type { AskedFailure } from '../../../../../src/workers/state/calls/asked-failure.js';
import type { BlockingRead } from '../../../../../src/workers/state/calls/blocking-read.js';
import type { GivenCertificate } from '../../../../../src/workers/state/methods/mesh/auto-encrypt.js';
import type { TrustedRoots } from '../../../../../src/workers/state/methods/mesh/connect-ca.js';

const HOUR_MS = 3_600_000;
const LIFE_MS = 72 * HOUR_MS;
const UNREACHABLE: AskedFailure = { ok: false, kind: 'unsent', text: 'connection refused' };
const ROOT = {
  ...{ Name: '', SerialNumber: 1, SigningKeyID: '', ExternalTrustDomain: '', NotBefore: null, NotAfter: null },
  ...{ RootCert: '', IntermediateCerts: null, SigningCert: '', SigningKey: '', Active: true, RotatedOutAt: null },
  ...{ PrivateKeyType: 'ec', PrivateKeyBits: 256, CreateIndex: 0, ModifyIndex: 0 },
};

const rootKey = await makeKey('ec', 256);
const rootPem = await makeRoot({
  key: rootKey,
  serialNumber: 1,
  name: 'root',
  trustDomain: 'x.consul',
  notBeforeMs: 0,
  notAfterMs: 4_000_000_000_000,
});
const signer = signerOf(rootPem, rootKey);

let addresses: readonly string[];
let isUp: boolean;
let asked: string[];
let given: OwnCertificate[];
let lines: string[];
let wallMs: number;
let steadyMs: number;
let roots: TrustedRoots;
let waiting: BlockingRead<TrustedRoots> | null;
let index: number;
let otherKey: Uint8Array | null;
let agent: AgentCertificate;

async function sign(request: string): Promise<GivenCertificate> {
  const read = await readSigningRequest(request);
  assert.ok(read);
  const [validAfterMs, validBeforeMs] = [wallMs - 60_000, wallMs - 60_000 + LIFE_MS];
  const leaf = {
    publicKey: otherKey ?? read.publicKey,
    names: read.names,
    serialNumber: asked.length,
    notBeforeMs: validAfterMs,
    notAfterMs: validBeforeMs,
  };
  const certificate = await signLeaf(leaf, signer);
  const holder = { kind: 'agent', name: 'n1' } as const;
  const issued = { serialNumber: '1', certificate, holder, uri: '', validAfterMs, validBeforeMs, index: 1 };
  return { issued, roots, rootsIndex: index, authorities: [rootPem, 'nonsense'], verifiesServerHostname: true };
}

beforeEach(() => {
  addresses = ['a:1', 'b:1'];
  isUp = true;
  asked = [];
  given = [];
  lines = [];
  wallMs = 1_800_000_000_000;
  steadyMs = 5_000;
  index = 10;
  roots = { trustDomain: 'x.consul', roots: [{ ...ROOT, ID: 'first' }] };
  waiting = null;
  otherKey = null;
  mock.timers.enable({ apis: ['setTimeout'] });
  const sink = new LogSink('trace', ({ message, fields }) => lines.push(`${message} ${fields.join(' ')}`));
  agent = new AgentCertificate({
    requester: { datacenter: 'dc1', nodeName: 'n1', dnsSan: [], ipSan: [] },
    addresses: () => addresses,
    ask: async (address, request) => {
      asked.push(address);
      return isUp && address === 'b:1' ? { ok: true, value: await sign(request) } : UNREACHABLE;
    },
    calls: {
      read: (run, { settings }) => {
        const read = run as unknown as BlockingRead<TrustedRoots>;
        if (settings.minIndex >= index) waiting = read;
        else read.answerFrom({ hasLeader: true, lastContactMs: 0 }, roots, index);
      },
    },
    given: (own) => void given.push(own),
    logger: new Logger('agent', sink),
    spreadMs: () => 0,
    random: () => 0.5,
    wallClock: () => wallMs,
    now: () => steadyMs,
  });
});
afterEach(() => {
  agent.stop();
  mock.timers.reset();
});

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadlineMs = performance.now() + 30_000;
  while (!condition()) {
    assert.ok(performance.now() < deadlineMs, `waited in vain for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  // What follows of it.
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Both clocks go on, a minute at a time, as the agent looks at them. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 60_000) {
    const step = Math.min(left, 60_000);
    steadyMs += step;
    wallMs += step;
    mock.timers.tick(step);
    for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

test('one server after the other is asked; its word is taken with its certificate', async () => {
  agent.request();
  await until(() => given.length === 1, 'a certificate');
  assert.deepEqual(asked, ['a:1', 'b:1']);
  assert.match(given[0]?.key ?? '', /PRIVATE KEY/);
  assert.equal(given[0]?.authorities.length, 1);
  assert.ok(lines.includes('AutoEncrypt.Sign RPC failed addr a:1 error connection refused'), lines.join('\n'));
});

test('as long as nobody gives one it asks again, less and less often; a new server is asked at once', async () => {
  isUp = false;
  agent.request();
  await until(() => asked.length === 2, 'both servers');
  await pass(1_400);
  assert.equal(asked.length, 2);
  await pass(200);
  await until(() => asked.length === 4, 'both servers again');
  await pass(2_800);
  assert.equal(asked.length, 4);
  isUp = true;
  agent.serverAppeared();
  await until(() => given.length === 1, 'a certificate');
  agent.serverAppeared();
  await pass(120_000);
  assert.equal(asked.length, 6);
});

test('without anybody to ask it says so', async () => {
  addresses = [];
  agent.request();
  await until(() => lines.length > 0, 'a line');
  assert.match(lines[0] ?? '', /no auto-encrypt server addresses available for use/);
});

test('a certificate of another key is not taken', async () => {
  const { publicKeyOf } = await import('../../../../../src/certificates/keys.js');
  otherKey = publicKeyOf(await makeKey('ec', 256));
  agent.request();
  await until(() => lines.some((line) => line.includes('not of the key')), 'a line');
  assert.deepEqual(given, []);
});

test('it is renewed when three quarters of its life are over, and a failure then is made up for', async () => {
  agent.request();
  await until(() => given.length === 1, 'a certificate');
  await pass(0.74 * LIFE_MS);
  assert.equal(given.length, 1);
  isUp = false;
  await pass(0.02 * LIFE_MS);
  await until(() => asked.length > 2, 'another question');
  isUp = true;
  await pass(180_000);
  await until(() => given.length === 2, 'another certificate');
});

test('when another root signs', async () => {
  agent.request();
  await until(() => given.length === 1 && waiting !== null, 'a certificate, and somebody who waits for roots');
  index += 1;
  roots = { ...roots, roots: [{ ...ROOT, ID: 'second' }] };
  waiting?.answerFrom({ hasLeader: true, lastContactMs: 0 }, roots, index);
  await until(() => true, 'it to be heard');
  await pass(60_000);
  await until(() => given.length === 2, 'another certificate');
  await pass(600_000);
  assert.equal(given.length, 2);
});

test('one that is over by the time of day is renewed, once a minute at most', async () => {
  agent.request();
  await until(() => given.length === 1, 'a certificate');
  wallMs += LIFE_MS;
  await pass(120_000);
  await until(() => given.length === 2, 'another certificate');
  await pass(600_000);
  assert.equal(given.length, 2);
});

test('a request while one runs is followed by another, and after the stop there is none', async () => {
  agent.request();
  agent.request();
  await until(() => given.length === 2, 'two certificates');
  agent.stop();
  agent.request();
  await pass(LIFE_MS);
  assert.equal(given.length, 2);
});
