// Certificates of an agent's services: made once, renewed in time, when another root signs, and never over and over.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import type { BlockingRead } from '../../../../../src/workers/state/calls/blocking-read.js';
import type { Calls } from '../../../../../src/workers/state/calls/calls.js';
import { LeafCertificates } from '../../../../../src/workers/state/leaves/leaf-certificates.js';
import type { IssuedCertificate } from '../../../../../src/workers/state/methods/contract/certificate-authority.js';
import { isRefusal, type Refusal, refusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import type { TrustedRoots } from '../../../../../src/workers/state/methods/mesh/connect-ca.js';

const HOUR_MS = 3_600_000;
const LIFE_MS = 72 * HOUR_MS;
const WEB = { service: 'web', datacenter: 'dc1', token: '' };
const ROOT = {
  Name: '',
  SerialNumber: 1,
  SigningKeyID: '',
  ExternalTrustDomain: '',
  NotBefore: null,
  NotAfter: null,
  RootCert: '',
  IntermediateCerts: null,
  SigningCert: '',
  SigningKey: '',
  Active: true,
  RotatedOutAt: null,
  PrivateKeyType: 'ec',
  PrivateKeyBits: 256,
  CreateIndex: 0,
  ModifyIndex: 0,
};

/** Servers that sign what they are asked, by a clock of their own. */
class FakeServers {
  readonly requests: string[] = [];
  refused: Refusal | null = null;
  /** Milliseconds since 1970. */
  nowMs = 1_800_000_000_000;
  index = 10;
  reads = 0;
  #roots: TrustedRoots = { trustDomain: 'x.consul', roots: [{ ...ROOT, ID: 'first' }] };
  #waiting: BlockingRead<TrustedRoots> | null = null;
  /** Nobody waits any more: all are told what there is, at once. */
  isStopping = false;

  readonly calls: Pick<Calls, 'read' | 'write'> = {
    read: (run, { settings }) => {
      this.reads += 1;
      const read = run as unknown as BlockingRead<TrustedRoots>;
      if (settings.minIndex >= this.index && !this.isStopping) this.#waiting = read;
      else this.#answer(read);
    },
    write: async (_method, request) => {
      this.requests.push(request as string);
      return (this.refused ?? this.#issued()) as never;
    },
  };

  rotate(id: string): void {
    this.index += 1;
    this.#roots = { ...this.#roots, roots: [{ ...ROOT, ID: id }] };
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) this.#answer(waiting);
  }

  #answer(read: BlockingRead<TrustedRoots>): void {
    read.answerFrom({ hasLeader: true, lastContactMs: 0 }, this.#roots, this.index);
  }

  #issued(): IssuedCertificate {
    return {
      serialNumber: String(this.requests.length),
      certificate: 'pem',
      holder: { kind: 'service', name: 'web' },
      uri: 'spiffe://x.consul/ns/default/dc/dc1/svc/web',
      validAfterMs: this.nowMs - 60_000,
      validBeforeMs: this.nowMs - 60_000 + LIFE_MS,
      index: 100 + this.requests.length,
    };
  }
}

let servers: FakeServers;
let leaves: LeafCertificates;
let wallMs: number;
/** A clock that never jumps. */
let steadyMs: number;
let lines: string[];

/** Both clocks go on, and what is due is done. */
async function pass(ms: number): Promise<void> {
  steadyMs += ms;
  wallMs += ms;
  servers.nowMs += ms;
  mock.timers.tick(Math.min(ms, 0x7fffffff));
  await turns();
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Keys are made by other threads, which no mock waits for. */
async function requestsAre(count: number): Promise<void> {
  const untilMs = performance.now() + 30_000;
  while (servers.requests.length !== count) {
    assert.ok(performance.now() < untilMs, `${servers.requests.length} requests, and not ${count}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await turns();
}

beforeEach(() => {
  servers = new FakeServers();
  wallMs = servers.nowMs;
  steadyMs = 5_000;
  lines = [];
  const sink = new LogSink('trace', ({ message, fields }) => lines.push(`${message} ${fields.join(' ')}`));
  leaves = new LeafCertificates({
    calls: servers.calls,
    logger: new Logger('agent.leaf-certs', sink),
    random: () => 0.5,
    spreadMs: () => 0,
    wallClock: () => wallMs,
    now: () => steadyMs,
  });
  mock.timers.enable({ apis: ['setTimeout'] });
});

afterEach(() => {
  leaves.stop();
  mock.timers.reset();
});

test('it is made when it is asked for first, once for all who ask, and kept', async () => {
  const [one, two] = await Promise.all([leaves.get(WEB), leaves.get(WEB)]);
  assert.ok(!isRefusal(one));
  assert.equal(one, two);
  assert.equal(await leaves.get(WEB), one);
  assert.equal(servers.requests.length, 1);
  assert.match(servers.requests[0] ?? '', /^-----BEGIN CERTIFICATE REQUEST-----/);
  assert.match(one.privateKey, /^-----BEGIN EC PRIVATE KEY-----/);
  const other = await leaves.get({ ...WEB, token: 'other' });
  assert.ok(!isRefusal(other) && other.privateKey !== one.privateKey, 'nobody gets what another token got');
});

test('after the end nothing is asked for any more, and no roots are followed', async () => {
  await leaves.get(WEB);
  leaves.stop();
  const before = servers.reads;
  const late = await leaves.get({ ...WEB, service: 'other', datacenter: 'dc2' });
  assert.ok(isRefusal(late));
  await pass(3_600_000);
  assert.equal(servers.reads, before);
  assert.equal(servers.requests.length, 1);
});

test('servers that stop, and say at once what they said before, are asked for the roots after a pause', async () => {
  servers.isStopping = true;
  await leaves.get(WEB);
  await turns();
  const before = servers.reads;
  for (let ms = 0; ms < 400; ms += 1) {
    mock.timers.tick(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(servers.reads, before);
  await pass(100);
  assert.equal(servers.reads, before + 1);
});

test('what is refused is told, and nothing of it is kept', async () => {
  servers.refused = refusal('denied');
  assert.deepEqual(await leaves.get(WEB), servers.refused);
  assert.equal(leaves.size, 0);
  servers.refused = null;
  assert.ok(!isRefusal(await leaves.get(WEB)));
});

test('it is renewed when three quarters of its life are over, and who waits is told', async () => {
  await leaves.get(WEB);
  let woken = 0;
  leaves.watch(WEB, () => {
    woken += 1;
  });
  for (let hour = 0; hour < 53; hour += 1) await pass(HOUR_MS);
  assert.equal(servers.requests.length, 1);
  await pass(2 * HOUR_MS);
  await requestsAre(2);
  assert.equal(woken, 1);
  assert.equal(leaves.peek(WEB)?.serialNumber, '2');
});

test('a renewal that fails is tried again, ever later', async () => {
  await leaves.get(WEB);
  servers.refused = refusal('no-leader');
  await pass(55 * HOUR_MS);
  await requestsAre(2);
  await pass(20_000);
  await requestsAre(3);
  await pass(20_000);
  assert.equal(servers.requests.length, 3);
  await pass(20_000);
  await requestsAre(4);
  assert.ok(lines.every((line) => line.includes('No cluster leader') && !line.includes('PRIVATE')));
  assert.equal(leaves.peek(WEB)?.serialNumber, '1', 'the old one is good for a while');
});

test('when another root signs, it is renewed within the spread', async () => {
  await leaves.get(WEB);
  await turns();
  mock.timers.tick(1);
  await turns();
  servers.rotate('second');
  await turns();
  await pass(14_000);
  assert.equal(servers.requests.length, 1);
  await pass(2_000);
  await requestsAre(2);
  await pass(HOUR_MS);
  assert.equal(servers.requests.length, 2, 'once');
});

test('whatever the time of day does, nothing is renewed over and over', async () => {
  await leaves.get(WEB);
  // This agent's clock is a year ahead of the servers', whose certificates look over from the start.
  wallMs += 365 * 24 * HOUR_MS;
  for (let ask = 0; ask < 50; ask += 1) assert.ok(!isRefusal(await leaves.get(WEB)));
  assert.equal(servers.requests.length, 1, 'it was made just now');
  await pass(61_000);
  for (let ask = 0; ask < 50; ask += 1) await leaves.get(WEB);
  assert.equal(servers.requests.length, 2, 'not more than once a minute');
  wallMs -= 700 * 24 * HOUR_MS;
  for (let hour = 0; hour < 24; hour += 1) await pass(HOUR_MS);
  await leaves.get(WEB);
  assert.equal(servers.requests.length, 2, 'and not for a clock that is behind');
});

test('what nobody asks for any more is forgotten', async () => {
  await leaves.get(WEB);
  await pass(55 * HOUR_MS);
  await requestsAre(2);
  await pass(55 * HOUR_MS);
  assert.equal(servers.requests.length, 2);
  assert.equal(leaves.size, 0);
});
