// Calls that are told what there is: each gets the last state, a slow one not those in between; who isn't known any more is told
// nothing; one read serves all, for as long as there are any.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FollowedReads, Follower } from '../../../../../src/workers/state/calls/followed-reads.js';
import { framed } from '../../../../../src/workers/state/grpc/messages/message.js';
import { watchServers } from '../../../../../src/workers/state/grpc/messages/server-discovery.js';
import { watched } from '../../../../../src/workers/state/grpc/services/watched.js';
import type { ReadMethod } from '../../../../../src/workers/state/methods/contract/method.js';
import { refusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { noAcls, type TokenResolver } from '../../../../../src/workers/state/methods/contract/token-resolver.js';
import type { GrpcCall } from '../../../../../src/workers/state/rpc/grpc/grpc-call.js';
import { waitFor } from '../../../../agent-process.js';

const method = { name: 'test' } as ReadMethod<null, readonly string[]>;
const EMPTY = Buffer.alloc(0);

/** One value, and whoever follows it. */
class Followed {
  value: readonly string[] = ['a'];
  isReady = true;
  /** How often it was read. */
  looks = 0;
  isFollowable = true;
  readonly followers = new Set<Follower>();
  readonly reads: FollowedReads;

  constructor() {
    const self = this;
    this.reads = {
      get isReady() {
        return self.isReady;
      },
      isOpen: true,
      follow(_method, _request, _caller, follower) {
        if (!self.isFollowable) return refusal('no-leader');
        self.followers.add(follower);
        return {
          read() {
            self.looks += 1;
            return { index: 1, value: self.value as never };
          },
          stop: () => void self.followers.delete(follower),
        };
      },
    };
  }

  become(value: readonly string[]): void {
    this.value = value;
    for (const follower of [...this.followers]) follower.changed();
  }
}

/** What a call was sent. */
class TestCall {
  readonly headers: { readonly [name: string]: string };
  hasRoom = true;
  isGone = false;
  readonly sent: string[] = [];
  ended: number | null = null;

  constructor(token = '') {
    this.headers = { 'x-consul-token': token };
  }

  send(frames: Buffer): void {
    const servers = watchServers.output.read(frames.subarray(5))?.servers ?? [];
    this.sent.push(servers.map(({ id }) => id).join());
  }

  end(status: number): void {
    this.ended ??= status;
    this.isGone = true;
  }
}

function serving(followed: Followed, tokens: TokenResolver = noAcls) {
  const [, serve] = watched({ reads: followed.reads, tokens, limits: { refuse: () => null } }, watchServers, {
    method,
    refuse: () => null,
    key: () => '',
    frames: (value) =>
      value.length === 0
        ? null
        : framed(watchServers.output, { servers: value.map((id) => ({ id, address: '', version: '' })) }),
  });
  return (call: TestCall) => serve(call as unknown as GrpcCall, EMPTY);
}

test('all who ask the same share one read, which ends with the last of them', async () => {
  const followed = new Followed();
  const serve = serving(followed);
  const calls = Array.from({ length: 100 }, () => new TestCall());
  const answering = calls.map((call) => serve(call));
  assert.equal(followed.followers.size, 1);
  followed.become(['a', 'b']);
  followed.become(['b']);
  await waitFor(() => calls.every(({ sent }) => sent.at(-1) === 'b'), 'all to be told');
  assert.deepEqual(
    calls.map(({ sent }) => sent.join(' ')),
    calls.map(() => 'a b'),
  );
  for (const [at, one] of answering.entries()) {
    assert.equal(followed.followers.size, 1, String(at));
    one?.closed();
  }
  assert.equal(followed.followers.size, 0);
});

test('who has no room is sent the last state only, once there is some', async () => {
  const followed = new Followed();
  const serve = serving(followed);
  const [slow, quick] = [new TestCall(), new TestCall()];
  const answering = serve(slow);
  serve(quick);
  slow.hasRoom = false;
  for (const value of ['b', 'c', 'd']) {
    followed.become([value]);
    await waitFor(() => quick.sent.at(-1) === value, value);
  }
  assert.deepEqual(slow.sent, ['a']);
  slow.hasRoom = true;
  answering?.drained();
  answering?.drained();
  assert.deepEqual(slow.sent, ['a', 'd']);
});

test('nothing is told before there is something, and nothing twice', async () => {
  const followed = new Followed();
  followed.value = [];
  const call = new TestCall();
  serving(followed)(call);
  assert.deepEqual(call.sent, []);
  followed.become(['a']);
  await waitFor(() => call.sent.length === 1, 'the first');
  for (const same of [['a'], []]) {
    const { looks } = followed;
    followed.become(same);
    await waitFor(() => followed.looks > looks, 'a look');
  }
  followed.become(['b']);
  await waitFor(() => call.sent.includes('b'), 'the second');
  assert.deepEqual(call.sent, ['a', 'b']);
});

test('a token is looked at before each telling', async () => {
  const followed = new Followed();
  let isKnown = true;
  const known = { accessor: 'x' } as never;
  const tokens: TokenResolver = {
    isOff: false,
    resolve: (secret) => (secret === 'own' && !isKnown ? refusal('denied', 'ACL not found') : known),
    isLocal: () => false,
  };
  const serve = serving(followed, tokens);
  const [own, other] = [new TestCall('own'), new TestCall('other')];
  serve(own);
  serve(other);
  isKnown = false;
  followed.become(['b']);
  await waitFor(() => other.sent.length === 2, 'the other');
  assert.deepEqual([own.sent, own.ended], [['a'], 16]);
});

test('a token that another server is asked about: nothing is told before, and a call that has gone meanwhile is let be', async () => {
  const followed = new Followed();
  const known = { accessor: 'x' } as never;
  const answers: (() => void)[] = [];
  const tokens: TokenResolver = {
    isOff: false,
    resolve: () => new Promise((resolve) => answers.push(() => resolve(known))),
    isLocal: () => false,
  };
  const serve = serving(followed, tokens);
  const [stays, goes] = [new TestCall(), new TestCall()];
  serve(stays);
  serve(goes);
  goes.isGone = true;
  assert.deepEqual(stays.sent, []);
  for (const answer of answers.splice(0)) answer();
  await waitFor(() => stays.sent.length === 1, 'what there is');
  assert.deepEqual([goes.sent, followed.followers.size], [[], 1]);
});

test('another state in the place of this one is followed anew; where that can not be, clients go elsewhere', async () => {
  const followed = new Followed();
  const serve = serving(followed);
  const call = new TestCall();
  serve(call);
  const restore = (): void => {
    for (const follower of [...followed.followers]) follower.restored();
  };
  followed.value = ['z'];
  restore();
  const early = new TestCall();
  serve(early);
  await waitFor(() => call.sent.length === 2 && early.sent.length > 0, 'the other state');
  assert.deepEqual([call.sent, early.sent, followed.followers.size], [['a', 'z'], ['z'], 1]);
  followed.isFollowable = false;
  restore();
  await waitFor(() => call.ended !== null, 'the end');
  assert.equal(call.ended, 14);
  const late = new TestCall();
  followed.isReady = false;
  serve(late);
  assert.equal(late.ended, 14);
});
