// Calls over a store and a log of a test's own, with whatever else a server has left at rest.

import { setTimeout as delay } from 'node:timers/promises';
import { Metrics } from '../../../../../src/observe/metrics.js';
import type { CoordinateRecord } from '../../../../../src/wire/records.js';
import type { AskedFailure } from '../../../../../src/workers/state/calls/asked-failure.js';
import type { Calls } from '../../../../../src/workers/state/calls/calls.js';
import { CallsBeyond } from '../../../../../src/workers/state/calls/calls-beyond.js';
import type { Elsewhere, ServerAsking } from '../../../../../src/workers/state/calls/elsewhere.js';
import { ServerCalls } from '../../../../../src/workers/state/calls/server-calls.js';
import type { CertificateAuthority } from '../../../../../src/workers/state/methods/contract/certificate-authority.js';
import type { ClusterView } from '../../../../../src/workers/state/methods/contract/cluster-view.js';
import type { Logins } from '../../../../../src/workers/state/methods/contract/logins.js';
import type { LeaderView, ServerView } from '../../../../../src/workers/state/methods/contract/method.js';
import { refusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { NO_REPLICATION } from '../../../../../src/workers/state/methods/contract/replication-status.js';
import { noAcls, type TokenResolver } from '../../../../../src/workers/state/methods/contract/token-resolver.js';
import type { Consensus } from '../../../../../src/workers/state/replica/consensus.js';
import type { KeepingUp } from '../../../../../src/workers/state/replica/keeping-up.js';
import type { StoreReads } from '../../../../../src/workers/state/replica/store/read-api.js';
import { FakeControl } from '../endpoints/agent/fake-request.js';

export interface TestCallsOptions {
  readonly store: StoreReads;
  readonly consensus: Consensus;
  readonly server?: Partial<ServerView>;
  readonly leader?: Partial<LeaderView>;
  readonly holdMs?: number;
  readonly elsewhere?: Elsewhere;
  readonly beyond?: CallsBeyond;
  /** By the real clock unless said. */
  readonly pause?: (ms: number) => Promise<void>;
  readonly keepingUp?: KeepingUp | null;
  readonly tokens?: TokenResolver;
}

const NOBODY: AskedFailure = { ok: false, text: 'nobody was to be asked', kind: 'answered' };

/** No other server ever leads. */
const nobodyElse: Elsewhere = {
  isKnown: false,
  canAsk: () => false,
  read(_method, _request, _settings, _token, done) {
    done(NOBODY);
    return { cancel: () => {} };
  },
  write: () => Promise.resolve(NOBODY),
  leaderKnown: () => new Promise(() => {}),
  onLeader: () => () => {},
};

/** Nobody but this server, which autopilot has nothing to say of. */
const NO_CLUSTER: ClusterView = {
  configuration: () => Promise.resolve({ index: 1, peers: [] }),
  order: () => Promise.resolve(null),
  leaderAddress: () => '127.0.0.1:8300',
  seen: () => null,
  lastIndexOf: () => 0,
  autopilotState: () => Promise.resolve({ isHealthy: true, failureTolerance: 0, leader: '', voters: [], servers: [] }),
};

const ASKS_NOBODY: ServerAsking = {
  read(_address, _method, _request, _settings, _datacenter, _token, done) {
    done(NOBODY);
    return { cancel: () => {} };
  },
  write: () => Promise.resolve(NOBODY),
};

/** Nobody logs in. */
const NO_LOGINS: Logins = { logIn: () => Promise.resolve(refusal('failed', 'nobody logs in here')) };

/** Nobody signs anything. */
const NO_AUTHORITY: CertificateAuthority = {
  obstacle: null,
  sign: () => Promise.resolve(refusal('failed', 'there is no authority')),
  signForAgent: () => Promise.resolve(refusal('failed', 'there is no authority')),
  signIntermediate: () => Promise.resolve(refusal('failed', 'there is no authority')),
  configure: () => Promise.resolve(refusal('failed', 'there is no authority')),
};

/** There is no other datacenter. */
const NO_OTHERS = new CallsBeyond({ serversOf: () => [], asking: ASKS_NOBODY, isLocalToken: () => false });

export function testCalls({
  store,
  consensus,
  server,
  leader,
  holdMs = 200,
  elsewhere = nobodyElse,
  beyond = NO_OTHERS,
  pause = (ms) => delay(ms),
  keepingUp = null,
  tokens = noAcls,
}: TestCallsOptions): Calls {
  return new ServerCalls({
    metrics: new Metrics(),
    server: {
      datacenter: 'dc1',
      nodeName: 'n1',
      leaderAddress: () => '127.0.0.1:8300',
      peers: () => Promise.resolve(['127.0.0.1:8300']),
      raftStats: () => Promise.resolve({ LastContact: '0', LastTerm: 2, LastIndex: 20 }),
      wanMembers: () => [],
      autopilotConfig: () => undefined,
      control: new FakeControl({}),
      cluster: NO_CLUSTER,
      ...server,
    },
    leader: {
      store,
      datacenter: 'dc1',
      primaryDatacenter: 'dc1',
      bootstrapReset: { index: () => 0, remove: () => {} },
      sessionTtlMinMs: () => 10_000,
      allowsUnnamedConnections: () => true,
      renewSession: () => {},
      updateCoordinate: (_record: CoordinateRecord) => {},
      authority: NO_AUTHORITY,
      logins: NO_LOGINS,
      hasAcls: !tokens.isOff,
      replication: () => NO_REPLICATION,
      cluster: NO_CLUSTER,
      ...leader,
    },
    consensus,
    elsewhere,
    beyond,
    holdMs: () => holdMs,
    pause,
    keepingUp,
    tokens,
  });
}
